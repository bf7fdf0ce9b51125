"""How many calls of one endpoint may be under way at once in this process."""

from collections import Counter

from notifications.callbacks.calls import Endpoint


class Pace:
    """Gives each endpoint its share of the threads, and one thread to one that hangs."""

    def __init__(self, share: int) -> None:
        self.share = share
        self._hanging: set[Endpoint] = set()

    def room(self, under_way: Counter[Endpoint]) -> dict[Endpoint, int]:
        """Return how many more calls may begin, of endpoints for which that is not the share."""
        return {
            each: max((1 if each in self._hanging else self.share) - under_way[each], 0)
            for each in {*under_way, *self._hanging}
        }

    def note(self, endpoint: Endpoint, *, timed_out: bool) -> None:
        """Remember how the last call ended."""
        if timed_out:
            self._hanging.add(endpoint)
        else:
            self._hanging.discard(endpoint)
