"""The database goes away under load, and nobody outside notices."""

import threading
import time
from collections import Counter

from notifications_python_client.errors import HTTPError

from notify_project.tests.end_to_end.platform import eventually

CALLERS = 3
AWAY_SECONDS = 2


class Load:
    """Callers that send until they are told to stop."""

    def __init__(self, platform):
        self.platform = platform
        self.accepted: list[str] = []
        self.numbers: list[str] = []
        self.refused: list[HTTPError] = []
        self.slowest = 0.0
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(number,)) for number in range(CALLERS)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number):
        client = self.platform.client()
        names = ("text", "code")
        while not self._over.wait(0.02):
            started = time.monotonic()
            template = self.platform.template(names[len(self.accepted) % 2])
            self.numbers.append(f"0790{number}{len(self.accepted):06}")
            try:
                sent = client.send_sms_notification(self.numbers[-1], template, {"name": "A"})
            except HTTPError as error:
                self.refused.append(error)
            else:
                self.accepted.append(sent["id"])
            self.slowest = max(self.slowest, time.monotonic() - started)


def stored(platform, ids):
    rows = platform.sql("SELECT id FROM notifications WHERE id = ANY(%s::uuid[])", list(ids))
    return Counter(str(row[0]) for row in rows)


def sent(platform):
    return Counter(text["cid"] for text in platform.received()["texts"])


def test_messages_are_accepted_while_the_database_is_away_and_sent_once(deferring):
    platform = deferring
    for name in ("text", "code"):  # so that Redis knows the templates
        platform.client().send_sms_notification(
            "07900900123", platform.template(name), {"name": "A"}
        )

    # What is being handed over as the database goes may be sent twice: let nothing be.
    for pool in ("normal", "priority"):
        platform.pause(pool)
    with Load(platform) as load:
        time.sleep(1)
        platform.stop_postgres()
        try:
            before = len(load.accepted)
            for pool in ("normal", "priority"):
                platform.resume(pool)
            time.sleep(AWAY_SECONDS)
            mode = platform.manage("set_accept_mode")
            meanwhile = load.accepted[before:]
            shown = platform.client().get_notification_by_id(meanwhile[-1])
        finally:
            platform.start_postgres()
        time.sleep(1)

    assert (mode, load.refused) == ("queue_first\n", [])
    assert load.slowest < 3
    assert len(meanwhile) > 10 * AWAY_SECONDS
    assert (shown["status"], shown["body"][-1]) == ("created", "A")
    eventually(
        lambda: set(load.accepted) <= set(sent(platform)),
        seconds=90,
        what="the sending of every message",
    )
    assert stored(platform, load.accepted) == Counter(load.accepted)
    assert {sent(platform)[each] for each in load.accepted} == {1}
    logs = platform.logs()
    assert [number for number in load.numbers if number[1:] in logs] == []
