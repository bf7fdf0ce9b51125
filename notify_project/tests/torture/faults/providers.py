"""Providers that fail: of texts and of emails, in every way that a server can."""

import time
from collections import Counter

from notify_project.tests.torture.scenarios import scenario

# Longest for a text whose provider was given it and did not answer: the second attempt waits a
# minute for the receipt.
LONG_SECONDS = 15


def control_for(world, seconds, **orders) -> None:
    """Let stand-ins behave so for a while, and well again."""
    world.control(**orders)
    with world.lasting(", ".join(f"{name} {_words(each)}" for name, each in orders.items())):
        time.sleep(seconds)
    world.control(anew=True)


def _words(orders: dict) -> str:
    return ", ".join(f"{name} {value}" for name, value in orders.items())


def all_delivered(world, verdict) -> list[str]:
    """Complain of every message that was not delivered: nobody's message was refused."""
    return ends_only_in("delivered")(world, verdict)


def ends_only_in(*statuses: str):
    """Return a check that complains of every other end; reasons go with the statuses."""

    def check(world, verdict) -> list[str]:
        ends = Counter(
            f"{row.status} {row.reason or ''}".strip()
            for row in world.stored()
            if row.lane != "research-mode"
        )
        return [
            f"{number} messages ended as {end}"
            for end, number in ends.items()
            if end not in statuses
        ]

    return check


# Name, orders, whether the tests do it too: an unknown outcome of a text costs a minute.
TEXT_FAULTS = (
    ("the provider of texts is slow", {"delay_ms": 1200}, 4),
    ("the provider of texts hangs", {"mode": "hang"}, None),
    ("the provider of texts takes texts and hangs", {"mode": "hang-taken"}, None),
    ("the provider of texts answers 500", {"mode": "error", "code": 500}, 4),
    ("the provider of texts answers 429", {"mode": "error", "code": 429}, None),
    ("the provider of texts answers garbage", {"mode": "garbage"}, 4),
    ("the provider of texts cuts before it takes", {"mode": "cut"}, None),
    ("the provider of texts takes and cuts", {"mode": "cut-taken"}, None),
    ("the provider of texts refuses connections", {"mode": "refuse"}, 4),
    ("the provider of texts fails now and then", {"mode": "error", "share": 0.4}, None),
)
MAIL_FAULTS = (
    ("the mail server is slow", {"delay_ms": 1200}, None),
    ("the mail server is not available", {"mode": "unavailable"}, 4),
    ("the mail server hangs with the whole mail", {"mode": "hang"}, None),
    ("the mail server takes mails and hangs", {"mode": "hang-taken"}, None),
    ("the mail server cuts before it takes", {"mode": "cut"}, None),
    ("the mail server takes and cuts", {"mode": "cut-taken"}, 4),
    ("the mail server says nothing", {"mode": "silent"}, None),
    ("the mail server greets with garbage", {"mode": "garbage"}, 4),
    ("the mail server refuses connections", {"mode": "refuse"}, None),
)


def _register(name: str, stand_in: str, orders: dict, short: float | None) -> None:
    def fail(world, seconds):
        control_for(world, seconds, **{stand_in: orders})

    options = {"short": short, "check": all_delivered}
    scenario(name, group="providers", long=LONG_SECONDS, **options)(fail)


for _name, _orders, _short in TEXT_FAULTS:
    _register(_name, "mmg", _orders, _short)
for _name, _orders, _short in MAIL_FAULTS:
    _register(_name, "mail", _orders, _short)


@scenario(
    "the mail server knows no recipient",
    group="providers",
    long=LONG_SECONDS,
    short=3,
    check=ends_only_in("delivered", "permanent-failure recipient-refused"),
)
def refuse_recipients(world, seconds):
    """An answer like any other: the end of the message, at the first attempt."""
    control_for(world, seconds, mail={"mode": "reject-recipient"})


@scenario(
    "the provider of texts refuses every text",
    group="providers",
    long=LONG_SECONDS,
    check=ends_only_in("delivered", "technical-failure provider-rejected"),
)
def refuse_texts(world, seconds):
    """Refused for good, texts end; the mails beside them do not."""
    control_for(world, seconds, mmg={"mode": "error", "code": 400})


@scenario(
    "receipts overtake answers",
    group="providers",
    long=30,
    short=4,
    check=all_delivered,
)
def receipts_first(world, seconds):
    """Receipts at random moments around the answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        delay = world.random.uniform(0, 400)
        world.control(sms={"receipt_delay_ms": delay, "answer_delay_ms": 200})
        time.sleep(0.2)
    world.control(anew=True)
