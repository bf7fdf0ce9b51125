"""How a parallel run shares the tests among its processes."""

from xdist.scheduler import LoadFileScheduling

PLATFORM = "notify_project/tests/end_to_end/"
# They take longest, most of it waiting for processes of their own: last, they would be waited for
# by everybody else.
FIRST = (
    PLATFORM,
    "notify_project/tests/torture/test_torture.py",
    "notify_project/tests/test_launcher.py",
    "notify_project/tests/schedule/test_loop.py",
    "notify_project/tests/test_stand_ins.py",
    "notify_project/tests/browser/",
    "notify_project/tests/site/",
    "notify_project/tests/test_redis_sentinel.py",
    "notify_project/tests/test_worker.py",
    "notifications/tests/spreadsheets/test_hostile.py",
    "notifications/tests/callbacks/test_send.py",
    "notifications/tests/delivery/test_races.py",
)


class Sharing(LoadFileScheduling):
    """A file stays in one process: some hold tests that go on from the ones before.

    All files that need the platform stay in one, too: it takes half a minute to start.
    """

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return PLATFORM if file.startswith(PLATFORM) else file


def rank(nodeid):
    """Return by what tests are sorted; within a file nothing changes."""
    return next((place for place, path in enumerate(FIRST) if nodeid.startswith(path)), len(FIRST))
