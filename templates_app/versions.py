"""Every change of a template is a new, permanent version."""

import uuid
from typing import Any

from django.db import transaction

from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from notify_project.texts import clean_name
from notify_project.versioning import save_versioned
from services.models import Service, ServiceLetterContact, User
from templates_app.folders import lock_folders, require_folder
from templates_app.models import LetterLanguages, Template, TemplateHistory, TemplateRedacted
from templates_app.permissions import (
    require_may_create,
    require_may_update,
    require_unreviewed_change_allowed,
)
from templates_app.read_models import forget_template
from templates_app.validation import InvalidTemplate, require_contact_block, require_valid

# Source: the API contract, templates of letters.
DEFAULT_POSTAGE = "second"
# Source: the API contract, versions of templates: fields that an update may change.
CHANGEABLE = (
    "name",
    "content",
    "subject",
    "process_type",
    "postage",
    "has_unsubscribe_link",
    "letter_languages",
    "letter_welsh_subject",
    "letter_welsh_content",
    "service_letter_contact_id",
)
# What an earlier version brings back. How urgent messages are is no matter of their content, and
# a contact block may have been archived since.
_RESTORED = tuple(
    name for name in CHANGEABLE if name not in ("process_type", "service_letter_contact_id")
)


class VersionOutdated(ApiError):
    """A change was made to a version that is not the newest any more."""

    status_code = 409


def create_template(
    service: Service,
    *,
    name: str,
    template_type: str,
    content: str,
    actor: User | None,
    template_id: uuid.UUID | None = None,
    folder_id: uuid.UUID | None = None,
    as_operator: bool = False,
    is_reviewed: bool = False,
    **columns: Any,
) -> Template:
    """Create version 1 of a template.

    Args:
        service: whose template it is.
        name: trimmed before it is kept.
        template_type: it never changes.
        content: with its placeholders.
        actor: the author.
        template_id: the id that it gets, if the caller chooses one.
        folder_id: where it goes; the top level unless given.
        as_operator: whoever runs the installation may prepare what the service cannot send yet.
        is_reviewed: a second person approved it, or the service does not ask for that.
        columns: values of other fields of ``CHANGEABLE``.

    Raises:
        Forbidden: the service has no permission for the type, or asks for a review.
        InvalidTemplate: a field is missing, too long or does not belong to the type, or the
            service is archived.
        InvalidFolder: the service has no such folder.
    """
    if not is_reviewed:
        require_unreviewed_change_allowed(service.id)
    _require_changeable(columns)
    template = Template(
        id=template_id or uuid.uuid4(),
        service=service,
        name=clean_name(name),
        template_type=template_type,
        content=content,
        created_by=actor,
        folder_id=folder_id,
        **columns,
    )
    _set_defaults_of_letters(template)
    require_valid(template)
    if not as_operator:
        require_may_create(service.id, template_type)
    with transaction.atomic():
        # Who archives the service meanwhile finds this template among those to archive.
        lock_folders(service.id)
        if not Service.objects.filter(id=service.id, active=True).exists():
            raise InvalidTemplate("The service is archived")
        require_folder(service.id, folder_id)
        require_contact_block(template)
        save_versioned(template, TemplateHistory)
        TemplateRedacted.objects.create(template=template, updated_by=actor)
        # A reader may remember that there was none.
        forget_template(template.id)
    return template


def update_template(
    template: Template,
    *,
    actor: User | None,
    as_operator: bool = False,
    is_reviewed: bool = False,
    expected_version: int | None = None,
    **changes: Any,
) -> Template:
    """Save changes as the next version; what differs in nothing makes no version.

    A different author is a difference, and so is a contact block that is chosen once more.

    Args:
        template: which; read again under a lock.
        actor: the author of the new version; None is nobody, and differs from no author.
        as_operator: as for a new one.
        is_reviewed: likewise.
        expected_version: the version that was changed, if nobody else's may be in between.
        changes: fields of ``CHANGEABLE`` with their new values.

    Raises:
        Forbidden: the service has no permission for the type any more, or asks for a review.
        InvalidTemplate: as for a new one, or the template is archived.
        VersionOutdated: another version is the newest.
    """
    with transaction.atomic():
        row = lock_template(template)
        _require_unarchived(row)
        require_version(row, expected_version)
        if not is_reviewed:
            require_unreviewed_change_allowed(row.service_id)
        if not as_operator:
            require_may_update(row)
        if changes.pop("template_type", row.template_type) != row.template_type:
            raise InvalidTemplate("The type of a template never changes")
        _require_changeable(changes)
        before = {name: getattr(row, name) for name in CHANGEABLE}
        for field, value in changes.items():
            setattr(row, field, clean_name(value) if field == "name" else value)
        is_equal = before == {name: getattr(row, name) for name in CHANGEABLE}
        is_same_author = actor is None or actor.pk == row.created_by_id
        if is_equal and is_same_author and "service_letter_contact_id" not in changes:
            return row
        row.created_by = actor
        require_valid(row)
        if "service_letter_contact_id" in changes:
            require_contact_block(row)
        else:
            _drop_archived_contact_block(row)
        _save(row)
    return row


def require_version(row: Template, expected: int | None) -> None:
    """Refuse a change of a version that is not the newest; None is any version.

    Raises:
        VersionOutdated: another version is the newest.
    """
    if expected is not None and expected != row.version:
        raise VersionOutdated(
            f"The newest version is {row.version}, not {expected}: "
            "look at what has changed, and try again"
        )


def restore_version(
    template: Template, version: int, *, actor: User | None, without_contact_block: bool = False
) -> Template:
    """Save what an earlier version says as the next version; how urgent it is stays as it is.

    Args:
        template: which; read again under a lock.
        version: the number of the earlier version.
        actor: the author of the new version.
        without_contact_block: leave out the version's contact block, which may be archived.

    Raises:
        Forbidden: the service has no permission for the type any more, or asks for a review.
        InvalidTemplate: there is no such version, or it is the newest, or it could not be saved
            today: the message says why.
    """
    with transaction.atomic():
        row = lock_template(template)
        _require_unarchived(row)
        old = TemplateHistory.objects.filter(id=row.id, version=version).first()
        if old is None:
            raise InvalidTemplate(f"The template has no version {version}")
        if version == row.version:
            raise InvalidTemplate(f"Version {version} is the newest already")
        if not without_contact_block:
            _require_usable_block(old)
        changes = {name: getattr(old, name) for name in _RESTORED}
        block = None if without_contact_block else old.service_letter_contact_id
        if block != row.service_letter_contact_id:
            changes["service_letter_contact_id"] = block
        try:
            return update_template(row, actor=actor, **changes)
        except InvalidTemplate as error:
            raise InvalidTemplate(
                f"Version {version} cannot be restored: {error.message}"
            ) from error


def archive_template(
    template: Template, *, actor: User | None, is_reviewed: bool = False
) -> Template:
    """Archive a template for good: it cannot be sent, is absent from lists, leaves its folder.

    Raises:
        Forbidden: the service asks for a review.
    """
    with transaction.atomic():
        row = lock_template(template)
        if row.archived:
            return row
        if not is_reviewed:
            require_unreviewed_change_allowed(row.service_id)
        row.archived, row.created_by, row.folder = True, actor, None
        _drop_archived_contact_block(row)
        _save(row)
    return row


def archive_templates_of(service: Service) -> None:
    """Archive what an archived service could send; who archived it is in its audit event."""
    for template in Template.objects.filter(service=service, archived=False).order_by("id"):
        archive_template(template, actor=None, is_reviewed=True)


def lock_template(template: Template) -> Template:
    """Put concurrent changes of a template in order; its messages are stored meanwhile."""
    return Template.objects.select_for_update(no_key=True).get(id=template.id)


def _save(row: Template) -> None:
    save_versioned(row, TemplateHistory)
    forget_template(row.id)


def _require_unarchived(row: Template) -> None:
    if row.archived:
        raise InvalidTemplate("Template has been deleted")


def _require_usable_block(old: TemplateHistory) -> None:
    block = old.service_letter_contact_id
    if block and ServiceLetterContact.objects.filter(id=block, archived=True).exists():
        raise InvalidTemplate(
            f"The contact block of version {old.version} was archived: "
            "the version can be restored without_contact_block"
        )


def _require_changeable(fields: dict[str, Any]) -> None:
    unknown = sorted(fields.keys() - set(CHANGEABLE))
    if unknown:
        raise TypeError(f"not a field that can be changed: {unknown[0]}")


def _set_defaults_of_letters(template: Template) -> None:
    if template.template_type == NotificationType.LETTER:
        template.postage = template.postage or DEFAULT_POSTAGE
        template.letter_languages = template.letter_languages or LetterLanguages.ENGLISH


def _drop_archived_contact_block(row: Template) -> None:
    """Let the next version be without a block that was archived since the last one."""
    contact = row.service_letter_contact
    if contact is not None and contact.archived:
        row.service_letter_contact = None
