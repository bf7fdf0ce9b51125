"""Clients that send with the official client while something is broken, and what they are told."""

import itertools
import threading
import time

from notifications_python_client.errors import HTTPError, InvalidResponse

from notify_project.tests.torture.ledger import Answer, Told

CALLERS = 6
# Template and lane, as often as they occur here.
KINDS = (
    ("text", "normal"),
    ("email", "normal"),
    ("text", "normal"),
    ("code", "priority"),
    ("text", "normal"),
)
# Words by which a leak is recognised: nothing else on the platform looks like them.
NAME = "Personalia"
MAIL_DOMAIN = "addressee.example"
PHONE = "07900"

_numbers = itertools.count(1)


def send_one(world, client, kind: str = "text", lane: str = "normal") -> Told:
    """Send one message, and write down and return what the client was told."""
    number = next(_numbers)
    reference = f"{world.batch}{number}"
    at = time.time()
    try:
        sent = _send(world, client, kind, number, reference)
    except HTTPError as error:
        told = Told(reference, lane, at, _answer(error))
    except InvalidResponse:
        told = Told(reference, lane, at, Answer.NONE)
    else:
        told = Told(reference, lane, at, Answer.ACCEPTED, sent["id"])
    world.tell(told)
    return told


def _answer(error: HTTPError) -> Answer:
    if error.response is None:
        return Answer.NONE
    return Answer.FAILED if error.response.status_code >= 500 else Answer.REFUSED


def _send(world, client, kind, number, reference):
    values = {"name": f"{NAME}{number}"}
    if kind == "email":
        return client.send_email_notification(
            f"{NAME.lower()}{number}@{MAIL_DOMAIN}",
            world.template(kind),
            values,
            reference=reference,
        )
    return client.send_sms_notification(
        f"{PHONE}{number % 10**6:06}", world.template(kind), values, reference=reference
    )


class Load:
    """Callers that send at a rate until the block ends; each waits for its own answers."""

    def __init__(self, world, per_second: float | None) -> None:
        self.world = world
        self.pause = CALLERS / per_second if per_second else 0.0
        self.slowest = 0.0
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(number,), daemon=True)
            for number in range(CALLERS if per_second else 0)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        client = self.world.client()
        kinds = itertools.islice(itertools.cycle(KINDS), number, None)
        due = time.monotonic() + self.pause * number / CALLERS
        for kind, lane in kinds:
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
            # Who was held up does not hurry afterwards.
            due = max(due, time.monotonic() - self.pause) + self.pause
            began = time.monotonic()
            send_one(self.world, client, kind, lane)
            self.slowest = max(self.slowest, time.monotonic() - began)
