"""PDFs that follow the pages of letters from a template; with or without one is a new version."""

import uuid
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from notify_project import clock, separate_process, storage
from notify_project.api.errors import ApiError, ServiceUnavailable
from notify_project.constants import NotificationType
from notify_project.separate_process import DiedOfIt, NotAnswered
from notify_project.storage import Area
from notify_project.texts import clean_name
from notify_project.versioning import save_versioned
from services.models import User
from templates_app.models import LetterAttachment, Template, TemplateHistory
from templates_app.permissions import require_may_update, require_unreviewed_change_allowed
from templates_app.read_models import TemplateModel, forget_template
from templates_app.rendering.letter_pages import MAX_BYTES, UNREADABLE
from templates_app.rendering.letter_print import Printed
from templates_app.validation import InvalidTemplate
from templates_app.versions import lock_template

MAX_NAME = 255
# One has 5 MB at most, and all letters from a template have the same.
_FILES_REMEMBERED = 4
_CHILD = "templates_app.rendering.pdf_pages_child"
# The child has a fraction of it of a processor; a busy machine is not the file's fault.
_MAX_SECONDS = 45


class AttachmentRefused(ApiError):
    """A file that cannot be attached, or one that is there or not there already."""


def attach(template: Template, pdf: bytes, *, file_name: str, actor: User | None) -> Template:
    """Save a template's next version, whose letters end with the pages of a PDF.

    Args:
        template: of letters, without an attachment.
        pdf: the whole file.
        file_name: what its author calls it.
        actor: the author of the new version.

    Raises:
        AttachmentRefused: the pages cannot be printed, or the template has an attachment.
        InvalidTemplate: the template is archived, or not of letters.
        Forbidden: the service may not have letters any more, or asks for a review.
        ServiceUnavailable: the machine is too busy to read it.
    """
    cleaned, pages = _cleaned(pdf)
    name = clean_name(file_name)[:MAX_NAME] or "attachment.pdf"
    with transaction.atomic():
        row = _changeable(template)
        if row.letter_attachment_id is not None:
            raise AttachmentRefused("template-already-has-attachment")
        attachment = LetterAttachment(original_filename=name, page_count=pages, created_by=actor)
        # A file without a row does no harm.
        storage.save(Area.LETTERS, _path(attachment.id), cleaned)
        attachment.save(force_insert=True)
        row.letter_attachment = attachment
        return _save(row, actor)


def archive_attachment(template: Template, *, actor: User | None) -> Template:
    """Save a template's next version, without its attachment; earlier versions keep it.

    Raises:
        AttachmentRefused: it has none.
        InvalidTemplate: the template is archived, or not of letters.
        Forbidden: the service may not have letters any more, or asks for a review.
    """
    with transaction.atomic():
        row = _changeable(template)
        if row.letter_attachment is None:
            raise AttachmentRefused("letter-attachment-already-archived")
        row.letter_attachment.archived_at = clock.now()
        row.letter_attachment.archived_by = actor
        row.letter_attachment.save()
        row.letter_attachment = None
        return _save(row, actor)


def with_attachment(printed: Printed, template: TemplateModel) -> Printed:
    """Return a letter with the attachment of its version of the template behind its pages.

    Raises:
        StorageAway: the file store does not answer.
    """
    if template.letter_attachment_id is None:
        return printed
    pdf, pages = _file(template.letter_attachment_id)
    # The library takes a tenth of a second to load, and few processes ever need it.
    from templates_app.rendering.pdf_pages import joined  # noqa: PLC0415

    return Printed(joined(printed.pdf, pdf), printed.pages + pages)


def _cleaned(pdf: bytes) -> tuple[bytes, int]:
    """Return the pages of a file and nothing else of it, and how many there are."""
    if len(pdf) > MAX_BYTES:
        raise AttachmentRefused("The attachment must not be larger than 5 MB")
    try:
        found, pages = separate_process.ask(
            _CHILD, {}, pdf, folder=settings.BASE_DIR, seconds=_MAX_SECONDS
        )
    except DiedOfIt as error:
        raise AttachmentRefused(UNREADABLE) from error
    except NotAnswered as error:
        raise ServiceUnavailable(
            "The attachment cannot be read at the moment, try again"
        ) from error
    if found["code"]:
        which = f" on page {', '.join(map(str, found['pages']))}" if found["pages"] else ""
        raise AttachmentRefused(f"{found['code']}{which}")
    return pages, found["count"]


def _changeable(template: Template) -> Template:
    row = lock_template(template)
    if row.archived:
        raise InvalidTemplate("The template is archived")
    if row.template_type != NotificationType.LETTER:
        raise InvalidTemplate("Only letters have attachments")
    require_unreviewed_change_allowed(row.service_id)
    require_may_update(row)
    return row


def _save(row: Template, actor: User | None) -> Template:
    row.created_by = actor
    save_versioned(row, TemplateHistory)
    forget_template(row.id)
    return row


def _path(attachment_id: uuid.UUID) -> str:
    return f"attachments/{attachment_id}.pdf"


@lru_cache(maxsize=_FILES_REMEMBERED)
def _file(attachment_id: uuid.UUID) -> tuple[bytes, int]:
    """Return a file, which never changes, and how many pages it has."""
    pages = LetterAttachment.objects.values_list("page_count", flat=True).get(id=attachment_id)
    return storage.read(Area.LETTERS, _path(attachment_id)), pages
