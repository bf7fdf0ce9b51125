"""The only writer of a notification once it is stored: both tables, and the outbox, at once."""

from notifications.lifecycle.attempts import claim, count_fragments
from notifications.lifecycle.erasure import Erased, erase
from notifications.lifecycle.expiry import expire
from notifications.lifecycle.holding import hold_rows_of_job, release_rows_of_job
from notifications.lifecycle.letter_checks import (
    check_letters_again,
    claim_letter_to_check,
    pass_letter,
)
from notifications.lifecycle.letters import (
    claim_letter_without_pages,
    count_sheets,
    try_letter_again,
)
from notifications.lifecycle.moves import move, move_many
from notifications.lifecycle.outcomes import Outcome, record_outcomes

__all__ = [
    "Erased",
    "Outcome",
    "check_letters_again",
    "claim",
    "claim_letter_to_check",
    "claim_letter_without_pages",
    "count_fragments",
    "count_sheets",
    "erase",
    "expire",
    "hold_rows_of_job",
    "move",
    "move_many",
    "pass_letter",
    "record_outcomes",
    "release_rows_of_job",
    "try_letter_again",
]
