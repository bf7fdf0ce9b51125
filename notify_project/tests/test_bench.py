import pytest

from deploy import bench


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], True),
        (["--only", "read", "--check"], True),
        (["--only", "content"], False),
        (["--check", "--only=content"], False),
    ],
    ids=["everything", "reading", "content", "content in one word"],
)
def test_servers_are_started_unless_only_content_is_measured(arguments, needed):
    assert bench._needs_servers(arguments) is needed
