"""What a service may read of a letter's PDF, and what it is told when it may not."""

from notifications.letters.files import find_pdf
from notifications.models import Notification
from notifications.statuses import Status
from notify_project.api.errors import ApiError, BadRequest
from notify_project.constants import NotificationType

# Letters that came so far without pages never get any.
_WITHOUT_A_FUTURE = frozenset(
    {Status.VALIDATION_FAILED, Status.PERMANENT_FAILURE, Status.CANCELLED}
)


class PdfNotReady(ApiError):
    """There will be a PDF; callers ask again."""

    error = "PDFNotReadyError"

    def __init__(self) -> None:
        super().__init__("PDF not available yet, try again later")


def readable_pdf(notification: Notification) -> bytes:
    """Return a letter's PDF as it is, or will be, printed.

    Raises:
        BadRequest: not a letter, or one whose file nobody shall see.
        PdfNotReady: it is not checked, or not made yet.
    """
    if notification.notification_type != NotificationType.LETTER:
        raise BadRequest("Notification is not a letter")
    status = notification.status
    if status == Status.VIRUS_SCAN_FAILED:
        raise BadRequest("File did not pass the virus scan")
    is_hidden = status in {Status.TECHNICAL_FAILURE, Status.PENDING_VIRUS_CHECK}
    pdf = None if is_hidden else find_pdf(notification)
    if pdf is None and status in {Status.TECHNICAL_FAILURE, *_WITHOUT_A_FUTURE}:
        raise BadRequest(f"PDF not available for letters in status {status}")
    if pdf is None:
        raise PdfNotReady
    return pdf
