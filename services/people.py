"""People's accounts: make one, change one, and say who belongs to the support staff."""

from typing import Any

from django.db import IntegrityError, transaction

from notify_project import audit, clock
from notify_project.api.errors import ApiError, Forbidden
from notify_project.recipients.email import InvalidEmail, parse_email
from notify_project.recipients.phone import InvalidPhone, clean_phone, parse_phone
from notify_project.texts import clean_name, is_storable
from services.details import require_one_line
from services.giving_roles import may_look_after
from services.members import forget_member
from services.models import User
from services.platform_user import PLATFORM_USER_ID
from services.roles import Role

MAX_NAME = 255
MAX_NUMBER = 30


class InvalidPerson(ApiError):
    """An account that cannot be made, or not changed like this."""


def create_person(
    name: str,
    email_address: str,
    *,
    actor: User | None,
    mobile_number: str | None = None,
    reason: str = "",
) -> User:
    """Make an account without a password: a token or support staff opens it.

    Args:
        name: as others see it.
        email_address: no other account has it.
        actor: who asked for it.
        mobile_number: in any spelling.
        reason: why; audited, so it must name nobody.

    Raises:
        InvalidPerson: the message says why.
    """
    person = User(
        name=_name(name),
        email_address=_address(email_address),
        mobile_number=_number(mobile_number),
    )
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            audit.record("create person", person, actor=actor, reason=reason)
    except IntegrityError as error:
        raise InvalidPerson("There is a person with this address already") from error
    return person


def change_person(person: User, *, actor: User | None, **changes: Any) -> User:
    """Change a name, a mobile number or a state; the audit says which, and no more of a person.

    Raises:
        InvalidPerson: a value is none, or people would shut themselves out.
    """
    wanted = {name: _CLEANED[name](value) for name, value in changes.items()}
    _require_changeable(person)
    if actor is not None and not may_look_after(actor, person):
        raise Forbidden("The person may do more than you")
    if actor == person and wanted.get("state", User.State.ACTIVE) != User.State.ACTIVE:
        raise InvalidPerson("Nobody shuts themselves out: ask somebody else")
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(id=person.id)
        before = {name: getattr(row, name) for name in wanted}
        changed = sorted(name for name in wanted if wanted[name] != before[name])
        if not changed:
            return row
        for name in changed:
            setattr(row, name, wanted[name])
        row.updated_at = clock.now()
        row.save(update_fields=[*changed, "updated_at"])
        audit.record(
            "change person",
            row,
            actor=actor,
            before=_audited(before, changed),
            after=_audited(wanted, changed),
        )
        forget_member(row)
    return row


def set_support_staff(person: User, *, is_staff: bool, actor: User | None, reason: str) -> bool:
    """Say whether a person belongs to the support staff, and return whether that is new.

    Who joins it has the role of support.

    Raises:
        InvalidPerson: no reason is given, or people would take it from themselves.
        Forbidden: the person may do more than the actor.
    """
    if not reason.strip():
        raise InvalidPerson("Say why")
    _require_changeable(person)
    if actor == person and not is_staff:
        raise InvalidPerson("Nobody takes this from themselves: ask somebody else")
    if actor is not None and not may_look_after(actor, person):
        raise Forbidden("The person may do more than you")
    # Whoever leaves the staff has no more rights on its pages, should they ever come back.
    rights: dict[str, Any] = {"roles": [Role.SUPPORT]}
    if not is_staff:
        rights = {"is_superuser": False, "roles": [], "temporary_roles": {}}
    with transaction.atomic():
        rows = User.objects.filter(id=person.id, platform_admin=not is_staff)
        if not rows.update(platform_admin=is_staff, updated_at=clock.now(), **rights):
            return False
        audit.record(
            "change support staff",
            person,
            actor=actor,
            before={"platform_admin": not is_staff},
            after={"platform_admin": is_staff},
            reason=reason,
        )
    return True


def _audited(values: dict[str, Any], changed: list[str]) -> dict[str, Any]:
    """Return what an audit event may keep: of what is personal only that it changed."""
    return {name: values[name] if name == "state" else "not kept" for name in changed}


def _require_changeable(person: User) -> None:
    if person.id == PLATFORM_USER_ID:
        raise InvalidPerson("This is the platform itself, which nobody changes")


def _name(text: str) -> str:
    name = clean_name(text)
    if not 0 < len(name) <= MAX_NAME or not is_storable(name):
        raise InvalidPerson(f"The name must have 1 to {MAX_NAME} characters")
    require_one_line("name", name)
    return name


def _address(text: str) -> str:
    try:
        return parse_email(text).normalised
    except InvalidEmail as error:
        raise InvalidPerson(error.message) from error


def _number(text: str | None) -> str | None:
    if not text:
        return None
    try:
        parse_phone(text)
    except InvalidPhone as error:
        raise InvalidPerson(error.message) from error
    number = clean_phone(text)
    if len(number) > MAX_NUMBER:
        raise InvalidPerson(f"A mobile number has {MAX_NUMBER} characters at most")
    return number


def _state(word: str) -> str:
    if word not in User.State.values:
        raise InvalidPerson(f"{word} is not a state")
    return word


_CLEANED: dict[str, Any] = {"name": _name, "mobile_number": _number, "state": _state}
