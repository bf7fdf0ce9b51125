"""What sending and reading must know of a template, remembered and dropped on change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from uuid import UUID

import orjson
from cryptography.fernet import InvalidToken
from django.db import DatabaseError, InterfaceError, transaction

from notify_project import caching
from notify_project.database import is_away
from notify_project.encryption import decrypt, encrypt
from services.models import ServiceLetterContact, User
from templates_app.models import Template, TemplateHistory
from templates_app.rendering.placeholders import Parsed, names, parse


@dataclass(frozen=True)
class TemplateModel:
    """One version of a template."""

    id: UUID
    service_id: UUID
    version: int
    name: str
    template_type: str
    content: str
    subject: str | None
    process_type: str
    postage: str | None
    archived: bool
    hidden: bool
    created_at: datetime
    updated_at: datetime | None
    created_by: str
    letter_contact_block: str | None = None
    has_unsubscribe_link: bool = False
    letter_languages: str | None = None
    letter_welsh_subject: str | None = None
    letter_welsh_content: str | None = None
    letter_attachment_id: UUID | None = None

    @cached_property
    def parsed_content(self) -> Parsed:
        """Return the content as literal parts and placeholders."""
        return parse(self.content)

    @cached_property
    def parsed_subject(self) -> Parsed | None:
        """Return the subject likewise; texts have none."""
        return None if self.subject is None else parse(self.subject)

    @cached_property
    def parsed_contact_block(self) -> Parsed | None:
        """Return the contact block likewise; letters may have one."""
        return None if self.letter_contact_block is None else parse(self.letter_contact_block)

    @cached_property
    def parsed_welsh_subject(self) -> Parsed | None:
        """Return the Welsh heading likewise; letters in two languages have one."""
        return None if self.letter_welsh_subject is None else parse(self.letter_welsh_subject)

    @cached_property
    def parsed_welsh_content(self) -> Parsed | None:
        """Return the Welsh content likewise."""
        return None if self.letter_welsh_content is None else parse(self.letter_welsh_content)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of all placeholders, in the order that the API promises."""
        parts = (
            self.parsed_contact_block,
            self.parsed_welsh_subject,
            self.parsed_welsh_content,
            self.parsed_subject,
            self.parsed_content,
        )
        return names(*filter(None, parts))


# Part of the key: a release that changes the fields above does not read older copies.
FORMAT = 1
# Versions never change; the memory is emptied when it is full.
MAX_VERSIONS = 5_000

_newest: caching.LocalMemory[TemplateModel | None] = caching.LocalMemory()
_versions: dict[tuple[UUID, int], TemplateModel] = {}


def find_template(service_id: UUID, template_id: UUID) -> TemplateModel | None:
    """Return a service's template as it is now, hidden ones too."""
    found = _find_newest(template_id)
    return found if found is not None and found.service_id == service_id else None


def find_version(template_id: UUID, version: int) -> TemplateModel | None:
    """Return one version; it never changes."""
    found = _versions.get((template_id, version))
    if found is None:
        rows = _load_version(template_id, version)
        if not rows:
            return None
        [found] = rows
        _remember([found])
    return found


def _find_newest(template_id: UUID) -> TemplateModel | None:
    """Return a template from memory, else from Redis, else from the database."""
    key = _key(template_id)
    return _newest.remember(
        key,
        lambda: caching.remember(key, lambda: _load(template_id), encode=_encode, decode=_decode),
    )


def _load_version(template_id: UUID, version: int) -> list[TemplateModel]:
    rows = TemplateHistory.objects.filter(id=template_id, version=version)
    try:
        return _models(list(rows))
    except (DatabaseError, InterfaceError) as error:
        # The newest version is known without the database.
        newest = _find_newest(template_id) if is_away(error) else None
        if newest is None or newest.version != version:
            raise
        return [newest]


def prepare_versions(wanted: Iterable[tuple[UUID, int]]) -> None:
    """Remember some versions at once, so that a list does not ask for each."""
    unknown = set(wanted) - _versions.keys()
    if unknown:
        ids, versions = {pair[0] for pair in unknown}, {pair[1] for pair in unknown}
        _remember(_models(list(TemplateHistory.objects.filter(id__in=ids, version__in=versions))))


def _remember(found: Sequence[TemplateModel]) -> None:
    if len(_versions) + len(found) > MAX_VERSIONS:
        _versions.clear()
    _versions.update({(one.id, one.version): one for one in found})


def list_templates(service_id: UUID, template_type: str | None) -> list[TemplateModel]:
    """Return what a service can send, by name and type, straight from the database."""
    rows = Template.objects.filter(service=service_id, archived=False, hidden=False)
    if template_type is not None:
        rows = rows.filter(template_type=template_type)
    return _models(list(rows.order_by("name", "template_type", "id")))


def model_of(row: Template | TemplateHistory) -> TemplateModel:
    """Return a row that was just read as sending would see it, whatever is remembered of it."""
    [model] = _models([row])
    return model


def forget_templates_with(contact: ServiceLetterContact) -> None:
    """Drop the templates that use a contact block: archived, it is theirs no more."""
    for template_id in Template.objects.filter(service_letter_contact=contact).values_list(
        "id", flat=True
    ):
        forget_template(template_id)


def forget_template(template_id: UUID) -> None:
    """Drop a template once the transaction, if one is open, is committed."""

    def forget() -> None:
        _newest.forget(_key(template_id))
        caching.forget(_key(template_id))

    transaction.on_commit(forget)


def _key(template_id: UUID) -> str:
    return f"template-{FORMAT}:{template_id}"


def _load(template_id: UUID) -> TemplateModel | None:
    return next(iter(_models(list(Template.objects.filter(id=template_id)))), None)


def _models(rows: Sequence[Template | TemplateHistory]) -> list[TemplateModel]:
    author_ids = {row.created_by_id for row in rows if row.created_by_id}
    authors: dict[UUID | None, str] = dict(
        User.objects.filter(id__in=author_ids).values_list("id", "email_address")
    )
    blocks = _blocks(rows)
    return [
        TemplateModel(
            id=row.id,
            service_id=row.service_id,
            version=row.version,
            name=row.name,
            template_type=row.template_type,
            content=row.content,
            subject=row.subject,
            process_type=row.process_type,
            postage=row.postage,
            archived=row.archived,
            hidden=row.hidden,
            created_at=row.created_at,
            updated_at=row.updated_at,
            created_by=authors.get(row.created_by_id, ""),
            letter_contact_block=blocks.get(row.service_letter_contact_id),
            has_unsubscribe_link=row.has_unsubscribe_link,
            letter_languages=row.letter_languages,
            letter_welsh_subject=row.letter_welsh_subject,
            letter_welsh_content=row.letter_welsh_content,
            letter_attachment_id=row.letter_attachment_id,
        )
        for row in rows
    ]


def _blocks(rows: Sequence[Template | TemplateHistory]) -> dict[UUID | None, str]:
    """Return the contact blocks; a version keeps one that was archived after it was made."""
    wanted = {row.service_letter_contact_id for row in rows if row.service_letter_contact_id}
    if not wanted:
        return {}
    found = ServiceLetterContact.objects.filter(id__in=wanted)
    if isinstance(rows[0], Template):
        found = found.filter(archived=False)
    return dict(found.values_list("id", "contact_block"))


def _encode(template: TemplateModel | None) -> str | None:
    if template is None:
        return None
    columns = {each.name: getattr(template, each.name) for each in fields(TemplateModel)}
    # It names its author.
    return encrypt(orjson.dumps(columns).decode())


def _decode(text: str) -> TemplateModel:
    try:
        columns = orjson.loads(decrypt(text))
        for name in ("id", "service_id"):
            columns[name] = UUID(columns[name])
        attachment_id = columns["letter_attachment_id"]
        columns["letter_attachment_id"] = attachment_id and UUID(attachment_id)
        for name in ("created_at", "updated_at"):
            columns[name] = columns[name] and datetime.fromisoformat(columns[name])
        return TemplateModel(**columns)
    except (InvalidToken, KeyError, TypeError) as error:
        raise ValueError("encrypted with a forgotten key, or of another format") from error
