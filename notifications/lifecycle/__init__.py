"""The only writer of a notification once it is stored: both tables, and the outbox, at once."""

from notifications.lifecycle.attempts import claim, count_fragments
from notifications.lifecycle.by_hand import end_by_hand, hurry
from notifications.lifecycle.cancelling import (
    LettersOfJob,
    cancel_letter,
    cancel_letters_of_job,
    look_at_letters_of_job,
)
from notifications.lifecycle.erasure import Erased, erase
from notifications.lifecycle.expiry import expire
from notifications.lifecycle.holding import hold_rows_of_job, release_rows_of_job
from notifications.lifecycle.letter_checks import (
    check_letters_again,
    claim_letter_to_check,
    pass_letter,
)
from notifications.lifecycle.letter_ends import CameBack, return_letters
from notifications.lifecycle.letter_repair import forget_pages, send_letter_again
from notifications.lifecycle.letters import (
    claim_letter_without_pages,
    count_sheets,
    try_letter_again,
)
from notifications.lifecycle.moves import move, move_many
from notifications.lifecycle.notes import (
    Note,
    attempt_note,
    forget_notes,
    keep_late,
    reading_of,
    receipt_note,
)
from notifications.lifecycle.outcomes import Outcome, record_outcomes
from notifications.lifecycle.print_files import (
    LetterInFile,
    claim_letters_of_file,
    hold_letters_of_file,
    move_deleted_letters,
    release_letters_of_file,
)
from notifications.lifecycle.printing import claim_letters_to_print, print_letter_again
from notifications.lifecycle.putting_away import give_back, held_by, put_away_until

__all__ = [
    "CameBack",
    "Erased",
    "LetterInFile",
    "LettersOfJob",
    "Note",
    "Outcome",
    "attempt_note",
    "cancel_letter",
    "cancel_letters_of_job",
    "check_letters_again",
    "claim",
    "claim_letter_to_check",
    "claim_letter_without_pages",
    "claim_letters_of_file",
    "claim_letters_to_print",
    "count_fragments",
    "count_sheets",
    "end_by_hand",
    "erase",
    "expire",
    "forget_notes",
    "forget_pages",
    "give_back",
    "held_by",
    "hold_letters_of_file",
    "hold_rows_of_job",
    "hurry",
    "keep_late",
    "look_at_letters_of_job",
    "move",
    "move_deleted_letters",
    "move_many",
    "pass_letter",
    "print_letter_again",
    "put_away_until",
    "reading_of",
    "receipt_note",
    "record_outcomes",
    "release_letters_of_file",
    "release_rows_of_job",
    "return_letters",
    "send_letter_again",
    "try_letter_again",
]
