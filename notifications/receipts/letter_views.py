"""Where a printer calls back about a letter, by the address that it was given with the letter."""

import logging
from uuid import UUID

from redis import RedisError
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.receipts.callback_tokens import notification_in
from notifications.receipts.letter_event import LetterReport, read_event
from notifications.receipts.letters import apply_report
from notifications.receipts.tasks import apply_letter_report
from notify_project.api.errors import BadRequest, Forbidden
from notify_project.api.views import ApiViewSet, read_json
from notify_project.constants import Queue
from notify_project.queues import enqueue

logger = logging.getLogger(__name__)

# Source: the API contract, callbacks the server receives from providers.
WRONG_TOKEN = "A valid token must be provided in the query string"  # noqa: S105 - a message
WRONG_LETTER = "Notification ID in letter callback data does not match ID in token"


class LetterStatusViewSet(ApiViewSet):
    """Where printers post what became of a letter."""

    def create(self, request: Request) -> Response:
        """Answer 204 only once the report is safe."""
        letter = _letter_of(request)
        report = read_event(read_json(request))
        if report.notification_id != letter:
            raise BadRequest(WRONG_LETTER)
        _keep(report)
        return Response(status=204)


def _letter_of(request: Request) -> UUID:
    letter = notification_in(request.query_params.get("token", ""))
    if letter is None:
        logger.warning("a call about a letter without a token of ours")
        raise Forbidden(WRONG_TOKEN)
    return letter


def _keep(report: LetterReport) -> None:
    """Queue a report, or apply it here when the queue is away."""
    try:
        enqueue(
            apply_letter_report,
            str(report.notification_id),
            report.status.value,
            "" if report.sheets is None else str(report.sheets),
            report.correlation_id,
            queue=Queue.RECEIPTS,
        )
    except (RedisError, OSError) as error:
        logger.warning("report of a letter not queued: %s", type(error).__name__)
        apply_report(report)
