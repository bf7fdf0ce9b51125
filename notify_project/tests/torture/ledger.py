"""The accounts of a run and what follows from them. Pure: values in, a verdict out.

*Told* is what clients were told, *seen* what the stand-ins of providers got, *stored* what the
database holds in the end, *events* what was broken on purpose.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

# How long after a provider's answer its outcome may not be written yet, on a busy machine.
WRITING_SECONDS = 5.0
# The clock of one machine, read by two processes.
CLOCK_SECONDS = 0.1
FINAL = frozenset(
    (
        "delivered",
        "sent",
        "permanent-failure",
        "temporary-failure",
        "technical-failure",
        "validation-failed",
        "cancelled",
    )
)
SIMULATED_LANE = "research-mode"
# The only failures of ours that a provider or a person asks for; for any other nothing lasts long
# enough here.
ASKED_FOR = frozenset(("provider-rejected", "ended-by-support"))
HANDED_OVER = frozenset(("delivered", "sent", "sending", "pending"))


class Answer(StrEnum):
    """What a client was told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"  # an error of ours: the message may be there nevertheless
    NONE = "none"  # the connection broke


class Said(StrEnum):
    """What a stand-in said to a hand-over."""

    OK = "ok"
    ERROR = "error"  # plainly not taken
    CUT = "cut"
    HUNG = "hung"
    GARBAGE = "garbage"
    NONE = "none"  # the caller had gone


@dataclass(frozen=True, slots=True)
class Told:
    """One call of a client."""

    reference: str
    lane: str
    at: float
    answer: Answer
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that a stand-in got."""

    id: str
    at: float
    said: Said
    answered_at: float | None = None
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as the tables have it in the end."""

    id: str
    reference: str | None
    lane: str
    status: str
    attempts: int = 0
    reason: str | None = None
    same_history: bool = True


@dataclass(slots=True)
class Event:
    """Something that was broken on purpose.

    Attributes:
        what: for the report.
        subject: which process or server.
        at: when it began.
        until: when it was over; the same instant for a kill.
        lanes: whose messages may be handed over again because of it; none for most events.
    """

    what: str
    subject: str
    at: float
    until: float
    lanes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A message with which something is wrong."""

    id: str
    why: str


@dataclass(slots=True)
class Verdict:
    """What became of the messages of a run.

    Attributes:
        messages: how many were accepted.
        lost: accepted, and not there; or said to be sent, and no provider has it.
        sent_twice: handed over again without an excuse.
        allowed_twice: handed over again, by excuse.
        unknown: calls that ended without a plain answer.
        given_up: ended by the platform itself, although no provider refused it.
        not_final: without an outcome when patience was over.
        unequal: history differs from the live row.
    """

    messages: int = 0
    unknown: int = 0
    lost: list[Complaint] = field(default_factory=list)
    sent_twice: list[Complaint] = field(default_factory=list)
    allowed_twice: dict[str, int] = field(default_factory=dict)
    given_up: list[Complaint] = field(default_factory=list)
    not_final: list[Complaint] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Say whether every promise was kept."""
        return not (self.lost or self.sent_twice or self.given_up or self.not_final or self.unequal)


def compare(
    told: Iterable[Told],
    seen: Iterable[Seen],
    stored: Iterable[Stored],
    events: Iterable[Event],
    *,
    patience: float,
) -> Verdict:
    """Set the accounts against each other.

    Args:
        told: by clients.
        seen: by stand-ins.
        stored: in the database.
        events: what was broken.
        patience: seconds that a worker waits for a provider that hangs.
    """
    told, events = list(told), list(events)
    rows = {row.id: row for row in stored}
    requests: dict[str, list[Seen]] = defaultdict(list)
    for request in sorted(seen, key=lambda each: each.at):
        requests[request.id].append(request)
    accepted = [call for call in told if call.answer == Answer.ACCEPTED and call.id]
    lanes = {call.id: call.lane for call in accepted} | {row.id: row.lane for row in rows.values()}
    verdict = Verdict(
        messages=len(accepted),
        unknown=sum(call.answer in (Answer.NONE, Answer.FAILED) for call in told),
    )
    for call in accepted:
        if why := _lost(rows.get(call.id), requests[call.id]):
            verdict.lost.append(Complaint(call.id, why))
    for row in rows.values():
        _judge_end(verdict, row)
    for message, of_it in requests.items():
        _judge_repeats(verdict, message, of_it, lanes.get(message, ""), events, patience)
    return verdict


def _lost(row: Stored | None, requests: list[Seen]) -> str:
    if row is None:
        return "accepted, and not stored"
    is_real = row.lane != SIMULATED_LANE
    if is_real and row.status in HANDED_OVER and not any(each.taken for each in requests):
        return f"{row.status}, and no provider has it"
    return ""


def _judge_end(verdict: Verdict, row: Stored) -> None:
    if row.status not in FINAL:
        verdict.not_final.append(Complaint(row.id, f"{row.status}, {row.attempts} attempts"))
    if row.status == "technical-failure" and row.reason not in ASKED_FOR:
        verdict.given_up.append(Complaint(row.id, f"{row.reason}, {row.attempts} attempts"))
    if not row.same_history:
        verdict.unequal.append(row.id)


def _judge_repeats(verdict, message, requests, lane, events, patience) -> None:
    for before, again in itertools.pairwise(requests):
        if before.said == Said.ERROR:
            continue  # it failed, and is tried again
        excuse = _excuse(before, again, lane, events, patience)
        if excuse:
            verdict.allowed_twice[excuse] = verdict.allowed_twice.get(excuse, 0) + 1
        else:
            gap = again.at - before.at
            verdict.sent_twice.append(
                Complaint(message, f"{gap:.1f} s after an answer of {before.said} ({lane})")
            )


def _excuse(before: Seen, again: Seen, lane: str, events: list[Event], patience: float) -> str:
    """Return why a message may be handed over again; empty if it may not."""
    waited = again.at - before.at
    if before.said in (Said.CUT, Said.GARBAGE):
        return f"the provider's answer was {before.said}"
    if before.said == Said.HUNG and waited >= patience:
        return "the provider hung"
    if before.said == Said.NONE and waited >= patience:
        return "the caller had gone before the answer"
    answered_at = before.answered_at or before.at
    for event in events:
        began_in_time = event.at <= answered_at + WRITING_SECONDS
        if (
            lane in event.lanes
            and began_in_time
            and (before.at - CLOCK_SECONDS <= event.until and event.at <= again.at)
        ):
            return event.what
    return ""
