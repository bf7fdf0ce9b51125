"""What people see of a file before they send it: the first messages, and what must be mended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final
from uuid import UUID

from notifications.acceptance.preview import preview_message
from notifications.jobs.row_contents import STRANGER
from notifications.jobs.upload import Upload, upload
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.report import Entry, entries_of_row
from notifications.spreadsheets.rows import Row
from services.models import User
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel

ROWS_SHOWN: Final = 10
ERRORS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Message:
    """A row as its recipient would see it; placeholders without a value stay visible."""

    row: int
    recipient: str
    subject: str | None
    body: str
    fragments: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A file that was checked, for people.

    Attributes:
        uploaded: what was found.
        messages: the first ones.
        errors: the first things to mend in rows; none while columns are missing.
        error_count: how many there are.
    """

    uploaded: Upload
    messages: list[Message]
    errors: list[Entry]
    error_count: int


class _Errors:
    """What is wrong with rows, as it is found; of many only the number."""

    def __init__(self, is_allowed: Callable[[str], bool] | None) -> None:
        self._is_allowed = is_allowed
        self.entries: list[Entry] = []
        self.count = 0

    def see(self, row: Row, columns: Columns) -> None:
        if columns.are_usable:
            found = [*entries_of_row(row, columns), *self._of_stranger(row)]
            self.count += len(found)
            self.entries += found[: ERRORS_SHOWN - len(self.entries)]

    def _of_stranger(self, row: Row) -> list[Entry]:
        recipient = row.recipient
        if not self._is_allowed or recipient is None or self._is_allowed(recipient.normalised):
            return []
        return [Entry(row.number_shown, "", recipient.normalised, STRANGER)]


def look_at(
    stream: IO[bytes],
    file_name: str,
    template: TemplateModel,
    service: ServiceModel,
    *,
    sender_id: UUID | None,
    actor: User | None,
) -> Look:
    """Check a file, store it if it can be sent, and show what is in it.

    Raises:
        FileRefused: it cannot be read.
        ApiError: the service may not use the channel, or has no such sender.
    """
    errors = _Errors(service.recipients.__contains__ if service.restricted else None)
    uploaded = upload(
        stream, file_name, template, service, sender_id=sender_id, see=errors.see, actor=actor
    )
    columns = uploaded.checked.columns
    rows = uploaded.checked.first_rows[:ROWS_SHOWN] if columns.are_usable else []
    messages = [_message(row, columns, template, service) for row in rows]
    return Look(uploaded, messages, errors.entries, errors.count)


def _message(row: Row, columns: Columns, template: TemplateModel, service: ServiceModel) -> Message:
    values = row.personalisation
    shown = preview_message(template, service, values)
    to = [str(values[key]) for key in columns.recipient_keys if key in values]
    fragments = shown.sms.fragments if shown.sms else None
    return Message(row.number_shown, ", ".join(to), shown.subject, shown.text, fragments)
