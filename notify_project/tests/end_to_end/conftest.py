"""One platform for all end-to-end tests; each starts with working providers."""

import pytest

pytest.register_assert_rewrite(
    "notify_project.tests.end_to_end.contract_client",
    "notify_project.tests.end_to_end.contract_scenarios",
)

from notify_project.tests.end_to_end.clients_world import ClientsWorld  # noqa: E402
from notify_project.tests.end_to_end.platform import running  # noqa: E402


@pytest.fixture(scope="session")
def _platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest.fixture
def platform(_platform):
    """Give the platform with stand-ins that take everything and have received nothing."""
    _platform.begin_anew()
    return _platform


@pytest.fixture(scope="session")
def _clients_world(_platform):
    return ClientsWorld(_platform)


@pytest.fixture
def clients(platform, _clients_world):
    """Give the service that the official clients send for."""
    return _clients_world
