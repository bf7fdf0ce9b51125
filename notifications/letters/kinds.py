"""Whether we make a letter's pages, or it came with them."""

from notifications.models import Notification
from templates_app.read_models import find_version


def came_as_pdf(letter: Notification) -> bool:
    """Did the letter come as a PDF, so that nobody can make its pages again?"""
    version = find_version(letter.template_id, letter.template_version)
    return version is not None and version.hidden
