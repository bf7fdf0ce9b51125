"""How many calls of one service may be under way at once in this process."""

from collections import Counter
from uuid import UUID


class Pace:
    """Gives each service its share of the threads, and one thread to a service that hangs."""

    def __init__(self, share: int) -> None:
        self.share = share
        self._hanging: set[UUID] = set()

    def room(self, under_way: Counter[UUID]) -> dict[UUID, int]:
        """Return how many more calls may begin, of services for which that is not the share."""
        return {
            service: max((1 if service in self._hanging else self.share) - under_way[service], 0)
            for service in {*under_way, *self._hanging}
        }

    def note(self, service: UUID, *, timed_out: bool) -> None:
        """Remember how the last call ended."""
        if timed_out:
            self._hanging.add(service)
        else:
            self._hanging.discard(service)
