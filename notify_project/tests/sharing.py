"""How a parallel run shares the tests among its processes."""

from xdist.scheduler import LoadFileScheduling

PLATFORM = "notify_project/tests/end_to_end/"
TORTURE = "notify_project/tests/torture/test_torture.py"
# Minutes each, most of it waiting for other processes: last, they would be waited for alone.
FIRST = (TORTURE, PLATFORM)


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
