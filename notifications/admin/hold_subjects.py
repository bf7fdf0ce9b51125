"""What can be held, by what it is called, and what comes of it."""

from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import UUIDField
from django.urls import reverse

from notifications.models import Hold, ProviderDetails
from notify_project.constants import LANES
from services.models import Service
from templates_app.models import Template

Kind = Hold.Kind
_NAMES = (("service", Service), ("template", Template))
_WAITS = (
    "What is accepted waits, and goes out after the release. Texts and emails end as "
    "technical-failure 72 hours after they were accepted, as always."
)
CONSEQUENCES: Final[dict[str, list[str]]] = {
    Kind.SERVICE: [
        "Nothing more of the service is handed over. It is not told: its requests are answered as "
        "before. Its letters are in no print run.",
        _WAITS,
    ],
    Kind.TEMPLATE: ["Nothing more that is made of this template is handed over.", _WAITS],
    Kind.LANE: ["Nothing of any service that waits in this lane is handed over.", _WAITS],
    Kind.PROVIDER: [
        "Messages go to other providers of the channel. Where it is the only one, they wait.",
        _WAITS,
    ],
}


def choices() -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return what has no page of its own, with where it is held, and whether it is."""
    held = set(Hold.objects.active().values_list("kind", "key"))
    providers = ProviderDetails.objects.filter(active=True).order_by("identifier")
    names = {
        Kind.LANE: [lane.value for lane in LANES],
        Kind.PROVIDER: list(dict.fromkeys(providers.values_list("identifier", flat=True))),
    }
    return [
        (f"{kind.label}s", [(name, hold_url(kind, name), (kind, name) in held) for name in found])
        for kind, found in names.items()
    ]


def name_of(kind: str, key: str) -> str | None:
    """Return the name of a subject; None if there is none."""
    if kind == Kind.LANE:
        return key if key in LANES else None
    if kind == Kind.PROVIDER:
        return key if ProviderDetails.objects.filter(identifier=key).exists() else None
    model = dict(_NAMES).get(kind)
    return None if model is None else _stored_name(model, key)


def _stored_name(model: Any, key: str) -> str | None:
    try:
        wanted = UUIDField().to_python(key)
    except ValidationError:
        return None
    name: str | None = model.objects.filter(id=wanted).values_list("name", flat=True).first()
    return name


def hold_url(kind: str, key: object) -> str:
    """Return the page that holds a subject, or shows by what it is held."""
    query = urlencode({"kind": kind, "key": str(key)})
    return f"{reverse('admin:notifications_hold_add')}?{query}"
