"""Decide whether a checked file can be sent, and word what keeps it from being sent.

Source: the API contract, outcome of a page, whose conditions are looked at in this order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notifications.spreadsheets.check import Checked
from notifications.spreadsheets.columns import MIN_ADDRESS_COLUMNS, RECIPIENT_COLUMNS
from notifications.spreadsheets.problems import Kind
from notifications.spreadsheets.refusals import MAX_ROWS, PRODUCT_NAME
from notifications.spreadsheets.template import EMAIL, LETTER, SMS

_COLUMN_NAMES = "There’s a problem with your column names"
_FEW_ADDRESS_COLUMNS = f"Your file needs at least {MIN_ADDRESS_COLUMNS} address columns"
# One, and several.
_RECIPIENTS = {
    SMS: ("phone number", "phone numbers"),
    EMAIL: ("email address", "email addresses"),
    LETTER: ("address", "addresses"),
}
_MESSAGES = {
    SMS: ("text message", "text messages"),
    EMAIL: ("email", "emails"),
    LETTER: ("letter", "letters"),
}
_IN_ROWS = {
    Kind.MISSING: ("enter missing data in 1 row", "enter missing data in {} rows"),
    Kind.TOO_LONG: ("shorten the message in 1 row", "shorten the messages in {} rows"),
    Kind.EMPTY: (
        "check you have content for the empty message in 1 row",
        "check you have content for the empty messages in {} rows",
    ),
    Kind.QR_CODE: (
        "enter fewer characters for the QR code link in 1 row",
        "enter fewer characters for the QR code links in {} rows",
    ),
}


class Code(StrEnum):
    """Why a file cannot be sent."""

    TOO_MANY_ROWS = "too-many-rows"
    NO_ROWS = "no-rows"
    NO_RECIPIENT_COLUMN = "no-recipient-column"
    DUPLICATE_RECIPIENT_COLUMNS = "duplicate-recipient-columns"
    MISSING_COLUMNS = "missing-columns"
    ALREADY_SENT = "already-sent-today"
    ROW_ERRORS = "row-errors"
    OUTSIDE_TEAM = "outside-team"
    LETTERS_IN_TRIAL = "letters-in-trial-mode"
    TOO_MANY_RECIPIENTS = "too-many-recipients"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the database knows about the sending.

    Attributes:
        already_sent_today: the same file with the same version of a template, not cancelled.
        in_trial_mode: the service is.
        remaining: how many messages of this kind it may still send today; None is no limit.
        remaining_international: likewise, texts to other countries.
    """

    already_sent_today: bool = False
    in_trial_mode: bool = False
    remaining: int | None = None
    remaining_international: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be sent, in words: a heading, and what to mend."""

    code: Code
    heading: str
    details: tuple[str, ...] = ()


def find_refusal(checked: Checked, circumstances: Circumstances) -> Refusal | None:
    """Return the first reason not to send a file; None if it can be sent."""
    return next(_refusals(checked, circumstances), None)


def _refusals(checked: Checked, circumstances: Circumstances) -> Iterator[Refusal]:
    yield from _refusals_of_size(checked)
    yield from _refusals_of_columns(checked)
    if circumstances.already_sent_today:
        yield Refusal(Code.ALREADY_SENT, "These messages have already been sent today")
    if mending := tuple(_to_mend(checked)):
        yield Refusal(Code.ROW_ERRORS, "There’s a problem with your file", mending)
    if circumstances.in_trial_mode:
        yield from _refusals_of_trial_mode(checked)
    yield from _refusals_of_limits(checked, circumstances)


def _refusals_of_size(checked: Checked) -> Iterator[Refusal]:
    if checked.row_count > MAX_ROWS:
        detail = f"{PRODUCT_NAME} can process up to {MAX_ROWS:,} rows at once"
        yield Refusal(Code.TOO_MANY_ROWS, "Your file has too many rows", (detail,))
    if not checked.row_count:
        yield Refusal(Code.NO_ROWS, "Your file is missing some rows")


def _refusals_of_columns(checked: Checked) -> Iterator[Refusal]:
    columns = checked.columns
    if not columns.has_recipient:
        name = RECIPIENT_COLUMNS.get(checked.template_type)
        detail = f"Your file needs a column called ‘{name}’." if name else _FEW_ADDRESS_COLUMNS
        yield Refusal(Code.NO_RECIPIENT_COLUMN, _COLUMN_NAMES, (detail,))
    if columns.duplicates:
        details = tuple(
            f"We found more than one column called ‘{names[0]}’" for names in columns.duplicates
        )
        yield Refusal(Code.DUPLICATE_RECIPIENT_COLUMNS, _COLUMN_NAMES, details)
    if columns.missing:
        heading = "Your column names need to match the double brackets in your template"
        yield Refusal(Code.MISSING_COLUMNS, heading, (_missing(columns.missing),))


def _missing(names: tuple[str, ...]) -> str:
    quoted = [f"‘{name}’" for name in names]
    if len(quoted) == 1:
        return f"Your file is missing a column called {quoted[0]}."
    return f"Your file is missing columns called {', '.join(quoted[:-1])} and {quoted[-1]}."


def _to_mend(checked: Checked) -> Iterator[str]:
    """Yield what a person must do before the rows can be sent."""
    if count := checked.wrong[Kind.RECIPIENT]:
        one, several = _RECIPIENTS[checked.template_type]
        yield f"fix {count} {one if count == 1 else several}"
    for kind, (one, several) in _IN_ROWS.items():
        if count := checked.wrong[kind]:
            yield one if count == 1 else several.format(count)


def _refusals_of_trial_mode(checked: Checked) -> Iterator[Refusal]:
    if checked.template_type == LETTER:
        heading = "You cannot send letters while your service is in trial mode"
        yield Refusal(Code.LETTERS_IN_TRIAL, heading)
    elif checked.strangers:
        one, several = _RECIPIENTS[checked.template_type]
        these = f"this {one}" if checked.strangers == 1 else f"these {several}"
        detail = "In trial mode you can only send to yourself and members of your team"
        yield Refusal(Code.OUTSIDE_TEAM, f"You cannot send to {these}", (detail,))


def _refusals_of_limits(checked: Checked, circumstances: Circumstances) -> Iterator[Refusal]:
    remaining, abroad = circumstances.remaining, circumstances.remaining_international
    if remaining is not None and checked.row_count > remaining:
        yield _too_many(checked, remaining, "today")
    if checked.template_type == SMS and abroad is not None and checked.international > abroad:
        yield _too_many(checked, abroad, "to other countries today")


def _too_many(checked: Checked, remaining: int, where: str) -> Refusal:
    one, several = _MESSAGES[checked.template_type]
    messages = one if remaining == 1 else several
    detail = f"You can send {remaining:,} more {messages} {where}"
    return Refusal(Code.TOO_MANY_RECIPIENTS, "Too many recipients", (detail,))
