"""One platform for all end-to-end tests; each starts with working providers."""

import time

import pytest

pytest.register_assert_rewrite(
    "notify_project.tests.end_to_end.contract_client",
    "notify_project.tests.end_to_end.contract_scenarios",
)

from notify_project.tests.end_to_end.clients_world import ClientsWorld  # noqa: E402
from notify_project.tests.end_to_end.deferred import switch  # noqa: E402
from notify_project.tests.end_to_end.platform import (  # noqa: E402
    REMEMBERED_SECONDS,
    prepared_for_all,
    running,
)

STORING_POOLS = ("database", "priority", "research")


@pytest.fixture(scope="session")
def _platform(tmp_path_factory):
    prepared = prepared_for_all(tmp_path_factory)
    with running(tmp_path_factory.mktemp("platform"), prepared=prepared) as platform:
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


@pytest.fixture(scope="module")
def _queue_first(_platform):
    switch(_platform, "queue_first")
    yield
    _platform.redis.delete("accept-mode")
    time.sleep(REMEMBERED_SECONDS)


@pytest.fixture
def held(platform, _queue_first):
    """Give the platform while nothing is stored, and let it be stored afterwards."""
    for pool in STORING_POOLS:
        platform.pause(pool)
    yield platform
    for pool in STORING_POOLS:
        platform.resume(pool)


@pytest.fixture
def deferring(platform, _queue_first):
    """Give the platform, which queues first and stores at once."""
    return platform
