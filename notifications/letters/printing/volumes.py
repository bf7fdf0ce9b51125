"""Tell the printer's people by email how much a print run brings."""

import logging
from datetime import date
from uuid import uuid4

from django.conf import settings
from django.utils.html import escape

from notifications.letters.printing.ready import Volume
from notifications.models import ProviderDetails
from notifications.providers.base import EmailMessage, ProviderError
from notifications.providers.registry import provider
from notify_project.constants import NotificationType

logger = logging.getLogger(__name__)


def send_volumes(found: list[Volume], day: date) -> None:
    """Email the volumes to the configured addresses; that this fails stops no letter."""
    if not settings.LETTER_VOLUME_ADDRESSES:
        return
    row = (
        ProviderDetails.objects.filter(notification_type=NotificationType.EMAIL, active=True)
        .order_by("-priority", "identifier")
        .first()
    )
    if row is None:
        logger.error("the volumes of the print run are not sent: no provider of email is active")
        return
    for address in settings.LETTER_VOLUME_ADDRESSES:
        try:
            provider(row.identifier).send(_email(address, volumes_text(found, day), day))
        except ProviderError as error:
            logger.error("the volumes of the print run are not sent: %s", error)  # noqa: TRY400 - a code


def volumes_text(found: list[Volume], day: date) -> str:
    """Return how much there is, in all and by postage."""
    total = Volume("total", sum(v.letters for v in found), sum(v.sheets for v in found))
    lines = [f"{v.postage}: {v.letters} letters, {v.sheets} sheets" for v in (total, *found)]
    return "\n".join([f"Letters to print on {day:%-d %B %Y}", "", *lines])


def _email(address: str, text: str, day: date) -> EmailMessage:
    message = uuid4()
    return EmailMessage(
        id=str(message),
        message_id=f"{message}@{settings.EMAIL_DOMAIN}",
        to=address,
        subject=f"Letters to print on {day:%-d %B %Y}",
        plain=text,
        html=f"<pre>{escape(text)}</pre>",
        from_name=settings.EMAIL_BANNER_NAME or "Notify",
        from_address=f"letters@{settings.EMAIL_DOMAIN}",
        reply_to=None,
        unsubscribe_url=None,
    )
