"""Pictures of a letter's pages for people, with what was wrong with it."""

from notifications.letters.download import readable_pdf
from notifications.letters.precompiled.sandbox import NotExamined, draw_page
from notifications.models import Notification
from notifications.statuses import Status
from notify_project.api.errors import NoResultFound, ServiceUnavailable


class PictureNotReady(ServiceUnavailable):
    """The machine is too busy to draw it."""

    def __init__(self) -> None:
        super().__init__("The page cannot be drawn at the moment, try again")


def page_picture(letter: Notification, page: int) -> bytes:
    """Return a page as PNG; of one that was refused, with the printable areas.

    Raises:
        BadRequest: not a letter, or one whose file nobody shall see.
        NoResultFound: there is no such page, or it cannot be drawn.
        PdfNotReady: there are no pages yet.
        PictureNotReady: the machine is too busy.
    """
    overlay = letter.status == Status.VALIDATION_FAILED
    try:
        picture = draw_page(readable_pdf(letter), page, overlay=overlay)
    except NotExamined as error:
        raise PictureNotReady from error
    if picture is None:
        raise NoResultFound
    return picture
