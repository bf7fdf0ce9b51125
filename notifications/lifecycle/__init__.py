"""The only writer of a notification once it is stored: both tables, and the outbox, at once."""

from notifications.lifecycle.attempts import claim, count_fragments
from notifications.lifecycle.erasure import Erased, erase
from notifications.lifecycle.expiry import expire
from notifications.lifecycle.holding import hold_rows_of_job, release_rows_of_job
from notifications.lifecycle.letters import (
    claim_letter_without_pages,
    count_sheets,
    try_letter_again,
)
from notifications.lifecycle.moves import move, move_many
from notifications.lifecycle.outcomes import Outcome, record_outcomes
from notifications.lifecycle.print_files import (
    LetterInFile,
    claim_letters_of_file,
    hold_letters_of_file,
    move_deleted_letters,
    release_letters_of_file,
)

__all__ = [
    "Erased",
    "LetterInFile",
    "Outcome",
    "claim",
    "claim_letter_without_pages",
    "claim_letters_of_file",
    "count_fragments",
    "count_sheets",
    "erase",
    "expire",
    "hold_letters_of_file",
    "hold_rows_of_job",
    "move",
    "move_deleted_letters",
    "move_many",
    "record_outcomes",
    "release_letters_of_file",
    "release_rows_of_job",
    "try_letter_again",
]
