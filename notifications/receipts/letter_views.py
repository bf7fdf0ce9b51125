"""Where a printer calls back about a letter, by the address that it was given with the letter."""

import logging

from redis import RedisError
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.receipts.callback_tokens import PrintJob, job_in
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
        job = _job_of(request)
        report = read_event(read_json(request), job.notification_id)
        if report.job_id != job.job_id:
            raise BadRequest(WRONG_LETTER)
        _keep(report)
        return Response(status=204)


def _job_of(request: Request) -> PrintJob:
    job = job_in(request.query_params.get("token", ""))
    if job is None:
        logger.warning("a call about a letter without a token of ours")
        raise Forbidden(WRONG_TOKEN)
    return job


def _keep(report: LetterReport) -> None:
    """Queue a report, or apply it here when the queue is away."""
    try:
        enqueue(
            apply_letter_report,
            str(report.notification_id),
            report.status.value,
            "" if report.sheets is None else str(report.sheets),
            report.correlation_id,
            "0",
            str(report.job_id),
            queue=Queue.RECEIPTS,
        )
    except (RedisError, OSError) as error:
        logger.warning("report of a letter not queued: %s", type(error).__name__)
        apply_report(report)
