"""One endpoint for the receipts of all providers."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from redis import RedisError
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.providers.base import (
    ComplaintNotice,
    MalformedReceipt,
    Provider,
    Receipt,
    UnknownReceiptStatus,
)
from notifications.providers.registry import PROVIDERS, provider
from notifications.receipts import complaints
from notifications.receipts.apply import apply
from notifications.receipts.tasks import apply_receipt
from notify_project import clock
from notify_project.api.basic import login_wanted, may_enter
from notify_project.api.errors import ValidationFailed
from notify_project.api.views import ApiViewSet, read_body
from notify_project.constants import NotificationType, Queue
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)


class SmsReceiptViewSet(ApiViewSet):
    """Where providers of text messages post their receipts."""

    def create(self, request: Request, provider_name: str) -> Response:
        """Answer 200 only once every receipt in the body is safe."""
        sender = _sms_provider(provider_name)
        if not _is_allowed(sender, request.headers.get("Authorization")):
            return login_wanted()
        for report in _reports(sender, request):
            if isinstance(report, ComplaintNotice):
                complaints.record(sender.name, report, now=clock.now())
            else:
                _keep(sender.name, report)
        return Response({"result": "success"})


def _sms_provider(name: str) -> Provider[Any]:
    kind = PROVIDERS.get(name)
    if kind is None or kind.notification_type != NotificationType.SMS:
        raise Http404
    return provider(name)


def _is_allowed(sender: Provider[Any], authorization: str | None) -> bool:
    """Check the credentials, if the operator set any; False means none were given.

    Raises:
        AuthError: wrong ones were given.
    """
    expected = [sender.options.get(f"receipt_{name}", "") for name in ("username", "password")]
    if not any(expected):
        return True
    return may_enter(authorization, [":".join(expected)])


def _reports(sender: Provider[Any], request: Request) -> Sequence[Receipt | ComplaintNotice]:
    try:
        return sender.read_receipts(read_body(request), request.headers)
    except MalformedReceipt as error:
        raise ValidationFailed(*error.problems) from error
    except UnknownReceiptStatus as error:
        # A guess would make the true receipt, when it comes, a late one.
        logger.error("receipt of %s with the unknown status %s", sender.name, error)  # noqa: TRY400
        return []


def _keep(provider_name: str, receipt: Receipt) -> None:
    """Queue a receipt, or apply it here when the queue is away."""
    if receipt.notification_id and not _is_uuid(receipt.notification_id):
        logger.error("receipt of %s for an id that is not ours", provider_name)
        return
    try:
        enqueue(
            apply_receipt,
            provider_name,
            receipt.notification_id or "",
            receipt.reference or "",
            receipt.status.value,
            receipt.detail,
            queue=Queue.RECEIPTS,
        )
    except (RedisError, OSError) as error:
        logger.warning("receipt not queued: %s", type(error).__name__)
        apply(provider_name, receipt)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
