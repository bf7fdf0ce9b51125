"""How many calls of one endpoint may be under way at once in this process, and in a row."""

from collections import Counter, OrderedDict

from notifications.callbacks.calls import Answer, Endpoint

# How many calls one thread makes in a row of an endpoint that is quick: the database is asked
# for several at once and told of several at once.
IN_A_ROW = 4
MOST_REMEMBERED = 100


class Pace:
    """Gives each endpoint its share of the threads, and one thread to one that hangs."""

    def __init__(self, share: int) -> None:
        self.share = share
        self._hanging: set[Endpoint] = set()
        self._quick: OrderedDict[Endpoint, None] = OrderedDict()

    def in_a_row(self, endpoint: Endpoint) -> int:
        """Return how many calls of an endpoint one thread makes one after the other."""
        return IN_A_ROW if endpoint in self._quick else 1

    def room(self, threads: Counter[Endpoint]) -> dict[Endpoint, int]:
        """Return how many more calls may begin, of endpoints for which that is not the share.

        Args:
            threads: how many are busy with each endpoint.
        """
        return {
            each: max(self._allowed(each) - threads[each], 0) * self.in_a_row(each)
            for each in {*threads, *self._hanging, *self._quick}
        }

    def has_room(self, endpoint: Endpoint, threads: int) -> bool:
        """Say whether one more thread may call an endpoint that keeps so many busy."""
        return threads < self._allowed(endpoint)

    def _allowed(self, endpoint: Endpoint) -> int:
        return 1 if endpoint in self._hanging else self.share

    def note(self, answer: Answer) -> None:
        """Remember how the last call of an endpoint ended."""
        endpoint = answer.call.endpoint
        if answer.timed_out:
            self._hanging.add(endpoint)
        else:
            self._hanging.discard(endpoint)
        self._quick.pop(endpoint, None)
        if answer.is_quick:
            self._quick[endpoint] = None
            if len(self._quick) > MOST_REMEMBERED:
                self._quick.popitem(last=False)
