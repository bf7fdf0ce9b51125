"""Save brandings: the one place that writes them."""

import re
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from notify_project import audit, clock
from notify_project.api.errors import ApiError
from notify_project.colours import is_colour
from notify_project.texts import clean_name
from services.branding import logos
from services.models import EmailBranding, LetterBranding, Service, User
from services.read_models import forget_service

Branding = TypeVar("Branding", EmailBranding, LetterBranding)

MAX_TEXT = 255
_COLUMNS = ("name", "brand_type", "colour", "logo", "text", "alt_text", "active")
_has_control = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]").search


class InvalidBranding(ApiError):
    """A branding that cannot be saved."""


def save_branding(
    branding: EmailBranding, *, actor: User | None, logo: bytes | None = None
) -> EmailBranding:
    """Save a branding, new or changed; emails of its services show it from now on.

    Args:
        branding: with the values that it shall have.
        actor: who changes it.
        logo: the content of a new logo; without one, what ``branding.logo`` names stays.

    Raises:
        InvalidBranding: a value is impossible, or the name is taken.
        InvalidLogo: the logo is too big, or no picture that every mail program shows.
    """
    if logo is not None:
        branding.logo = logos.logo_name(logo)
    clean(branding)
    if logo is not None and branding.logo is not None:
        logos.store(branding.logo, logo)
    services = Service.objects.filter(email_branding=branding)
    save_changes(branding, _COLUMNS, actor=actor, services=services)
    return branding


def clean(branding: EmailBranding) -> None:
    """Trim a branding's values and refuse what it cannot have.

    Raises:
        InvalidBranding: the message says why.
    """
    branding.name = clean_name(branding.name)
    branding.colour = (branding.colour or "").strip().lower() or None
    branding.text = (branding.text or "").strip() or None
    branding.alt_text = (branding.alt_text or "").strip() or None
    if not branding.name:
        raise InvalidBranding("The branding needs a name")
    if branding.brand_type not in EmailBranding.Kind.values:
        raise InvalidBranding(f"{branding.brand_type} is not a type of branding")
    if branding.colour and not is_colour(branding.colour):
        raise InvalidBranding("The colour must be written #rrggbb, such as #0b0c0c")
    _require_fitting_texts(branding)
    if EmailBranding.objects.filter(name=branding.name).exclude(id=branding.id).exists():
        raise InvalidBranding(f"The branding {branding.name} exists already")


def require_one_line_names(*values: str) -> None:
    """Refuse what does not fit in a line.

    Raises:
        InvalidBranding: one of the values is too long, or has characters that are not shown.
    """
    for value in values:
        if len(value) > MAX_TEXT or _has_control(value):
            raise InvalidBranding(f"Names and texts are one line of at most {MAX_TEXT} characters")


def _require_fitting_texts(branding: EmailBranding) -> None:
    require_one_line_names(branding.name, branding.text or "", branding.alt_text or "")
    if bool(branding.text) == bool(branding.alt_text):
        raise InvalidBranding("A branding has either a text or an alternative text")
    if branding.alt_text and not branding.logo:
        raise InvalidBranding("An alternative text needs a logo that it stands for")


def save_changes(
    branding: Branding,
    columns: tuple[str, ...],
    *,
    actor: User | None,
    services: QuerySet[Service],
) -> None:
    """Write a branding that was checked, with its audit event, unless nothing of it is new.

    Args:
        branding: as it shall be.
        columns: what people set of it.
        actor: who does.
        services: that have it.

    Raises:
        InvalidBranding: there is such a branding by now.
    """
    try:
        with transaction.atomic():
            _write(branding, columns, actor, services)
    except IntegrityError as error:
        # Somebody took the name, or the logo of letters, between the check and now.
        raise InvalidBranding(f"The branding {branding.name} exists already") from error


def _write(
    branding: Branding,
    columns: tuple[str, ...],
    actor: User | None,
    services: QuerySet[Service],
) -> None:
    what = str(branding._meta.verbose_name)  # noqa: SLF001 - public by its documentation
    # Locked against services that take it meanwhile, so that none is left out below.
    old = type(branding).objects.select_for_update().filter(id=branding.id).first()
    changed = [
        name for name in columns if old is None or getattr(old, name) != getattr(branding, name)
    ]
    if not changed:
        return
    if old is not None:
        branding.updated_at = clock.now()
    branding.save(force_insert=old is None)
    audit.record(
        f"change {what}" if old else f"create {what}",
        branding,
        actor=actor,
        before={name: getattr(old, name) for name in changed} if old else None,
        after={name: getattr(branding, name) for name in changed},
    )
    for service_id in services.values_list("id", flat=True):
        forget_service(service_id)
