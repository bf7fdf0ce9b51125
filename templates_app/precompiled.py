"""The hidden template of letters that arrive as finished PDFs, one for each service."""

from uuid import UUID

from django.db import IntegrityError, transaction

from notify_project import caching
from notify_project.constants import NotificationType
from notify_project.versioning import save_versioned
from templates_app.models import LetterLanguages, Template, TemplateHistory, TemplateRedacted
from templates_app.read_models import TemplateModel, find_version
from templates_app.versions import DEFAULT_POSTAGE

# Source: the API contract, precompiled letters and the notification object.
NAME = "Pre-compiled PDF"

_memory: caching.LocalMemory[TemplateModel] = caching.LocalMemory()


def precompiled_template(service_id: UUID) -> TemplateModel:
    """Return a service's hidden template, made when it is first asked for.

    Raises:
        django.db.IntegrityError: there is no such service; inside a transaction, at its end.
    """
    if transaction.get_connection().in_atomic_block:
        # What is made here may be undone, and must not be remembered.
        return _find(service_id) or _make(service_id)
    return _memory.remember(str(service_id), lambda: _find(service_id) or _make(service_id))


def _find(service_id: UUID) -> TemplateModel | None:
    rows = Template.objects.filter(
        service=service_id, hidden=True, template_type=NotificationType.LETTER
    )
    newest = rows.values_list("id", "version").first()
    return find_version(*newest) if newest else None


def _make(service_id: UUID) -> TemplateModel:
    try:
        with transaction.atomic():
            template = _store(service_id)
    except IntegrityError:
        # Somebody else was faster: the database allows one for each service.
        found = _find(service_id)
        if found is None:
            raise
        return found
    made = find_version(template.id, template.version)
    if made is None:
        raise Template.DoesNotExist(f"template {template.id} has no version")
    return made


def _store(service_id: UUID) -> Template:
    template = save_versioned(
        Template(
            service_id=service_id,
            name=NAME,
            template_type=NotificationType.LETTER,
            content="",
            subject=NAME,
            postage=DEFAULT_POSTAGE,
            letter_languages=LetterLanguages.ENGLISH,
            hidden=True,
        ),
        TemplateHistory,
    )
    TemplateRedacted.objects.create(template=template)
    return template
