"""What a notification cost, as the API shows it."""

from decimal import Decimal
from typing import Any

from notifications import hooks
from notifications.models import Notification
from notifications.prices import letter_price, text_price
from notifications.statuses import NEVER_SENT_LETTERS, Status
from notify_project.clock import london_day
from notify_project.constants import NotificationType


def cost_of(row: Notification, *, crown: bool | None) -> dict[str, Any]:
    """Return the three fields about cost. Source: the API contract, cost.

    Args:
        row: the message.
        crown: whether its service is a crown body, as its bills have it.
    """
    if row.notification_type == NotificationType.EMAIL:
        return _ready(Decimal(0), {})
    if _is_open(row):
        return {"is_cost_data_ready": False, "cost_in_pounds": None, "cost_details": {}}
    if row.notification_type == NotificationType.SMS:
        return _sms(row)
    return _letter(row, crown=crown)


def _is_open(row: Notification) -> bool:
    """Is it not known yet how much there is to pay for?"""
    return row.status == Status.PENDING_VIRUS_CHECK or (
        row.status == Status.CREATED and not row.billable_units
    )


def _sms(row: Notification) -> dict[str, Any]:
    multiplier = row.rate_multiplier or 1
    day = london_day(row.created_at)
    details = {
        "billable_sms_fragments": row.billable_units,
        "international_rate_multiplier": multiplier,
        "sms_rate": float(hooks.sms_rate(day)),
    }
    return _ready(text_price(day, fragments=row.billable_units, multiplier=multiplier), details)


def _letter(row: Notification, *, crown: bool | None) -> dict[str, Any]:
    postage = row.postage or ""
    sheets = 0 if row.status in NEVER_SENT_LETTERS else row.billable_units
    day = london_day(row.created_at)
    price = letter_price(day, sheets=sheets, postage=postage, crown=crown)
    return _ready(price, {"billable_sheets_of_paper": sheets, "postage": postage})


def _ready(pounds: Decimal, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "is_cost_data_ready": True,
        "cost_in_pounds": float(round(pounds, 6)),
        "cost_details": details,
    }
