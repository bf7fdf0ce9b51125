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
    ForgedReceipt,
    MalformedReceipt,
    Provider,
    Receipt,
    UnknownReceiptStatus,
    UnverifiedReceipt,
)
from notifications.providers.registry import PROVIDERS, provider
from notifications.receipts import complaints
from notifications.receipts.apply import apply, keep_unknown
from notifications.receipts.tasks import apply_receipt
from notify_project import clock
from notify_project.api.basic import login_wanted, may_enter
from notify_project.api.errors import AuthError, ServiceUnavailable, ValidationFailed
from notify_project.api.views import ApiViewSet, read_body
from notify_project.constants import Queue
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)


class ReceiptViewSet(ApiViewSet):
    """Where providers post their receipts."""

    def create(self, request: Request, notification_type: str, provider_name: str) -> Response:
        """Answer 200 only once every receipt in the body is safe."""
        sender = _provider_of(notification_type, provider_name)
        if not _is_allowed(sender, request.headers.get("Authorization")):
            return login_wanted()
        for report in _reports(sender, request):
            if isinstance(report, ComplaintNotice):
                complaints.record(sender.name, report, now=clock.now())
            else:
                _keep(sender.name, report)
        return Response({"result": "success"})


def _provider_of(notification_type: str, name: str) -> Provider[Any]:
    kind = PROVIDERS.get(name)
    if kind is None or kind.notification_type != notification_type or not kind.posts_receipts():
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
        query = request.META.get("QUERY_STRING", "")
        return sender.read_receipts(read_body(request), request.headers, query)
    except MalformedReceipt as error:
        raise ValidationFailed(*error.problems) from error
    except ForgedReceipt as error:
        logger.warning("receipt of %s that it did not sign, or not with our key", sender.name)
        raise AuthError("Wrong signature") from error
    except UnverifiedReceipt as error:
        logger.warning("receipt of %s not verified: %s", sender.name, error)
        raise ServiceUnavailable from error
    except UnknownReceiptStatus as error:
        # A guess would make the true receipt, when it comes, a late one.
        logger.error("receipt of %s with the unknown status %s", sender.name, error)  # noqa: TRY400
        if _is_uuid(error.notification_id):
            keep_unknown(sender.name, UUID(error.notification_id), str(error))
        return []


def _keep(provider_name: str, receipt: Receipt) -> None:
    """Queue a receipt, or apply it here when the queue is away."""
    if receipt.notification_id and not _is_uuid(receipt.notification_id):
        logger.error("receipt of %s for an id that is not ours", provider_name)
        return
    further = ("0", receipt.status_if_pending.value) if receipt.status_if_pending else ()
    try:
        enqueue(
            apply_receipt,
            provider_name,
            receipt.notification_id or "",
            receipt.reference or "",
            receipt.status.value,
            receipt.detail,
            *further,
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
