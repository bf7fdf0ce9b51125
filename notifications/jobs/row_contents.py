"""What becomes of one row of a file: a message, or the reason why it cannot be sent."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from notifications.acceptance.persist import JobRow
from notifications.jobs.row_ids import row_id
from notifications.spreadsheets.columns import Columns
from notifications.spreadsheets.problems import Problem
from notifications.spreadsheets.rows import Row, Value
from notify_project.constants import NotificationType
from notify_project.recipients.postal import parse_address
from templates_app.letters import ADDRESS_KEYS
from templates_app.read_models import TemplateModel
from templates_app.rendering.placeholders import key_of

MAX_REASON_CHARACTERS = 255
STRANGER = "The recipient is not a member of the team: the service is in trial mode"


@dataclass(frozen=True)
class RowReader:
    """Turns rows of one job into what is stored of them.

    Attributes:
        is_allowed: says whether a service in trial mode may send to a normalised recipient.
    """

    job_id: uuid.UUID
    template: TemplateModel
    columns: Columns
    is_allowed: Callable[[str], bool] | None = None

    def read(self, row: Row) -> JobRow:
        """Return what is stored of a row."""
        return JobRow(
            notification_id=row_id(self.job_id, row.number),
            number=row.number,
            recipient=self._recipient(row.personalisation),
            personalisation=self._personalisation(row.personalisation),
            client_reference=row.client_reference,
            failure_reason=self._failure_reason(row),
            postage=self._postage(row),
        )

    @property
    def _is_letter(self) -> bool:
        return self.template.template_type == NotificationType.LETTER

    def _recipient(self, values: Mapping[str, Value]) -> str:
        lines = [str(values[key]) for key in self.columns.recipient_keys if key in values]
        if self._is_letter:
            return "\n".join(parse_address("\n".join(lines)).lines)
        return lines[0] if lines else ""

    @cached_property
    def _names(self) -> tuple[tuple[str, str], ...]:
        """Return the names that the template uses, each with its key."""
        names = (*self.template.names, *ADDRESS_KEYS) if self._is_letter else self.template.names
        return tuple((name, key_of(name)) for name in names)

    def _personalisation(self, values: Mapping[str, Value]) -> dict[str, object]:
        return {name: values[key] for name, key in self._names if key in values}

    def _failure_reason(self, row: Row) -> str | None:
        reasons = [_reason(problem, self.columns) for problem in row.problems]
        recipient = row.recipient
        if self.is_allowed and recipient and not self.is_allowed(recipient.normalised):
            reasons.append(STRANGER)
        return "; ".join(reasons)[:MAX_REASON_CHARACTERS] or None

    def _postage(self, row: Row) -> str | None:
        if not self._is_letter:
            return None
        return parse_address(self._recipient(row.personalisation)).postage or self.template.postage


def _reason(problem: Problem, columns: Columns) -> str:
    """Return what people see; the cell itself is in the row."""
    name = next((each.name for each in columns.fields if each.key == problem.key), None)
    return problem.message if name is None else f"{name}: {problem.message}"
