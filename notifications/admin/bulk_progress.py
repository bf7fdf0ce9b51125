"""How far a bulk action has come, for people."""

from typing import Any, Final

from notifications.models import BulkAction

State = BulkAction.State

_SECONDS: Final = 2
_WORDS: Final = {
    State.COUNTING: "it is being counted",
    State.COUNTED: "counted, and nothing is changed yet",
    State.RUNNING: "it goes on",
    State.DONE: "done",
    State.STOPPED: "stopped",
}


def progress_shown(row: BulkAction) -> dict[str, Any]:
    """Return what the template needs."""
    is_moving = row.state in BulkAction.MOVING
    percent = 100 * row.found // row.total if row.started_at and row.total else None
    return {
        "bulk": row,
        "state": _WORDS[State(row.state)],
        "percent": percent if percent is None else min(percent, 100),
        "counts": [(words, f"{count:,}") for words, count in _counts(row) if count is not None],
        "seconds": _SECONDS if is_moving else None,
    }


def _counts(row: BulkAction) -> list[tuple[str, int | None]]:
    looked = ("messages of this time looked at", row.looked_at or None)
    if row.total is None:
        return [looked, ("found so far", row.found)]
    if row.started_at is None:
        return [("found", row.total)]
    return [
        ("found", row.total),
        ("done", row.done),
        ("refused, as they have changed since", row.refused),
        ("remaining", row.remaining),
        looked,
    ]
