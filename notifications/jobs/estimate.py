"""What sending a file would cost, as far as it is known before it is sent."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from notifications import hooks
from notifications.prices import letter_price, text_price
from notifications.spreadsheets.rows import Row
from notify_project.constants import NotificationType
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel
from templates_app.rendering.sms import sms_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What would be charged for, and the price, in the words of bills.

    Attributes:
        messages: rows.
        fragments: of texts; None of other messages.
        chargeable_units: fragments times the multipliers of their countries, or letters.
        free_allowance_left: fragments that the service can still send for nothing, as of now.
        free_allowance_used: how many of them these messages would take.
        charged_units: those that are paid for.
        pounds: their price.
        is_least: the price is known for letters of one sheet; how many each takes shows when it
            is made.
    """

    messages: int
    fragments: int | None = None
    chargeable_units: int = 0
    free_allowance_left: int | None = None
    free_allowance_used: int = 0
    charged_units: int = 0
    pounds: Decimal = Decimal(0)
    is_least: bool = False


class Tally:
    """Adds up, row by row, what a file would be charged for."""

    def __init__(self, template: TemplateModel, service: ServiceModel) -> None:
        self._template, self._service = template, service
        self._prefix = service.name if service.prefix_sms else None
        self._fragments = self._units = 0
        self._letters: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        """Count a row; one that cannot be sent costs nothing."""
        if row.problems or row.recipient is None:
            return
        if self._template.template_type == NotificationType.SMS:
            content = self._template.parsed_content
            fragments = sms_text(content, row.personalisation, self._prefix).fragments
            self._fragments += fragments
            self._units += fragments * row.recipient.rate_multiplier
        elif self._template.template_type == NotificationType.LETTER:
            self._letters[row.recipient.postage or self._template.postage or ""] += 1

    def estimate(self, messages: int, day: date) -> Estimate:
        """Price what was seen as of a London day."""
        if self._template.template_type == NotificationType.EMAIL:
            return Estimate(messages=messages)
        if self._template.template_type == NotificationType.LETTER:
            return self._of_letters(messages, day)
        return self._of_texts(messages, day)

    def _of_texts(self, messages: int, day: date) -> Estimate:
        left = hooks.free_fragments_left(self._service.id)
        # What never reaches anybody is not billed.
        units = 0 if self._service.research_mode else self._units
        free = min(left, units)
        return Estimate(
            messages=messages,
            fragments=self._fragments,
            chargeable_units=units,
            free_allowance_left=left,
            free_allowance_used=free,
            charged_units=units - free,
            pounds=text_price(day, fragments=units - free),
        )

    def _of_letters(self, messages: int, day: date) -> Estimate:
        letters = Counter[str]() if self._service.research_mode else self._letters
        prices = {
            postage: letter_price(day, sheets=1, postage=postage, crown=self._service.crown)
            for postage in letters
        }
        pounds = sum((prices[each] * count for each, count in letters.items()), Decimal(0))
        count = letters.total()
        return Estimate(
            messages=messages,
            chargeable_units=count,
            charged_units=count,
            pounds=pounds,
            is_least=True,
        )
