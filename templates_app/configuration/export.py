"""Write an installation as a configuration file, without its secrets."""

import base64
from collections.abc import Iterable
from typing import Any

import yaml
from django.db.models import Q

from notify_project import storage
from notify_project.storage import Area, FileMissing
from services.models import (
    ApiKey,
    EmailBranding,
    InboundNumber,
    LetterBranding,
    Organisation,
    Service,
    ServiceCallbackApi,
    ServiceDataRetention,
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServiceLetterContact,
    ServicePermission,
    ServiceSmsSender,
    User,
)
from templates_app.configuration.template_export import templates_of

HEADER = "# Written by export_config. Secrets are not in it: name them with the *_env fields.\n"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks that people can read."""


# YAML takes these for ends of lines, and some of them for plain ones; escaped, they stay.
_OTHER_LINE_ENDS = frozenset("\x85\u2028\u2029")


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    if not _OTHER_LINE_ENDS.isdisjoint(value):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def export(service_names: Iterable[str] = ()) -> str:
    """Return the file.

    Args:
        service_names: only these services, with their organisations and teams; all when empty.

    Raises:
        LookupError: there is no service of that name, or no file of a logo.
    """
    services = Service.objects.filter(active=True).order_by("name")
    names = list(service_names)
    if names:
        services = services.filter(name__in=names)
        missing = set(names) - {service.name for service in services}
        if missing:
            raise LookupError(f"there is no service {min(missing)}")
    declared = [_service(service) for service in services]
    is_needed = Q(email_address__in=_redactors(declared))
    is_member = ~Q(state=User.State.INACTIVE)
    organisations = Organisation.objects.order_by("name")
    used = Q(services__active=True)
    brandings = EmailBranding.objects.filter(Q(active=True) | used).order_by("name").distinct()
    letterheads = LetterBranding.objects.order_by("name")
    if names:
        is_member &= Q(memberships__service__in=services)
        organisations = organisations.filter(services__in=services).distinct()
        brandings = brandings.filter(services__in=services).distinct()
        letterheads = letterheads.filter(services__in=services).distinct()
    numbers = InboundNumber.objects.filter(active=True).order_by("number")
    if names:
        numbers = numbers.filter(service__in=services)
    users = User.objects.filter(is_member | is_needed).order_by("email_address").distinct()
    document = {
        "users": [_user(user) for user in users],
        "organisations": [
            {"name": each.name, "type": each.organisation_type} for each in organisations
        ],
        "inbound_numbers": [{"number": each.number, "provider": each.provider} for each in numbers],
        "email_brandings": [_branding(each) for each in brandings],
        "letter_brandings": [
            {"name": each.name, "logo": _logo(each.filename, f"the letter branding {each}")}
            for each in letterheads
        ],
        "services": declared,
    }
    kept = {name: value for name, value in document.items() if value}
    return HEADER + yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def _redactors(services: Iterable[dict[str, Any]]) -> set[str]:
    """Return the people whom templates name, members or not, so that they can be applied."""
    templates = (each for service in services for each in service.get("templates", []))
    return {each["redacted_by"] for each in templates if "redacted_by" in each}


def _user(user: User) -> dict[str, Any]:
    found: dict[str, Any] = {"name": user.name, "email": user.email_address}
    if user.state == User.State.INACTIVE:
        # Applied elsewhere, the file must not let people in again who were shut out.
        return {**found, "active": False}
    if user.mobile_number:
        found["mobile"] = user.mobile_number
    if not user.is_administrator and user.roles:
        return {**found, "roles": sorted(user.roles)}
    return {**found, "support": user.platform_admin}


def _branding(branding: EmailBranding) -> dict[str, Any]:
    found = {
        "name": branding.name,
        "type": branding.brand_type,
        "colour": branding.colour,
        "logo": branding.logo and _logo(branding.logo, f"the email branding {branding}"),
        "text": branding.text,
        "alt_text": branding.alt_text,
        "active": None if branding.active else False,
    }
    return {name: value for name, value in found.items() if value is not None}


def _logo(name: str, whose: str) -> str:
    try:
        content = storage.read(Area.BRANDING, name)
    except FileMissing as error:
        raise LookupError(f"the logo of {whose} is missing") from error
    return base64.b64encode(content).decode()


def _service(service: Service) -> dict[str, Any]:
    found = {
        "name": service.name,
        "organisation": service.organisation.name if service.organisation else None,
        "live": not service.restricted,
        "research_mode": service.research_mode,
        "deferred_persistence": service.deferred_persistence,
        "prefix_sms": service.prefix_sms,
        "contact_link": service.contact_link,
        "email_sender_name": service.custom_email_sender_name,
        "suppression_list": service.uses_suppression_list,
        "templates_need_review": service.templates_need_review,
        "email_branding": service.email_branding.name if service.email_branding else None,
        "letter_branding": service.letter_branding.name if service.letter_branding else None,
        "permissions": sorted(_values(ServicePermission, service, "permission")),
        "inbound_number": InboundNumber.objects.filter(service=service)
        .values_list("number", flat=True)
        .first(),
        "retention": dict(
            ServiceDataRetention.objects.filter(service=service)
            .order_by("notification_type")
            .values_list("notification_type", "days_of_retention")
        ),
        "limits": {
            "email": service.email_message_limit,
            "sms": service.sms_message_limit,
            "letter": service.letter_message_limit,
            "international_sms": service.international_sms_message_limit,
            "per_minute": service.rate_limit,
        },
        "team": sorted(
            User.objects.exclude(state=User.State.INACTIVE)
            .filter(memberships__service=service)
            .values_list("email_address", flat=True)
        ),
        "guest_list": sorted(_values(ServiceGuestList, service, "recipient")),
        "sms_senders": _senders(ServiceSmsSender, service, "sms_sender", "sender"),
        "reply_tos": _senders(ServiceEmailReplyTo, service, "email_address", "email"),
        "letter_contacts": _senders(ServiceLetterContact, service, "contact_block", "address"),
        "callbacks": [
            {"type": kind, "url": url}
            for kind, url in ServiceCallbackApi.objects.filter(service=service)
            .order_by("callback_type")
            .values_list("callback_type", "url")
        ],
        "api_keys": [
            {"name": name, "type": kind}
            for name, kind in ApiKey.objects.filter(service=service, expiry_date=None)
            .order_by("name")
            .values_list("name", "key_type")
        ],
        "templates": templates_of(service),
    }
    # No permissions are not the usual ones, which a service has of which the file says nothing.
    return {
        name: value
        for name, value in found.items()
        if value not in (None, [], {}) or name == "permissions"
    }


def _values(model: Any, service: Service, column: str) -> list[str]:
    return list(model.objects.filter(service=service).values_list(column, flat=True))


def _senders(model: Any, service: Service, column: str, field: str) -> list[dict[str, Any]]:
    rows = model.objects.filter(service=service, archived=False).order_by("-is_default", column)
    return [
        {field: value, **({"default": True} if is_default else {})}
        for value, is_default in rows.values_list(column, "is_default")
    ]
