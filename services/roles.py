"""What people of the support staff may do: roles, each a set of rights, kept in code."""

from collections.abc import Iterable
from typing import Final

from django.db import models


class Role(models.TextChoices):
    """A task that a person has on the platform, and with it all the rights that it needs."""

    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    OPERATIONS = "operations"
    BILLING = "billing"
    READ_ONLY = "read-only"
    SERVICE_MEMBER = "service-member"


SENTENCES: Final[dict[str, str]] = {
    Role.ADMINISTRATOR: "May do everything, and looks after people and their roles.",
    Role.SUPPORT: "Answers services: sees messages and whom they went to, sets services up.",
    Role.OPERATIONS: "Keeps messages moving: queues, providers, holds and repairs; no recipients.",
    Role.BILLING: "Looks after prices, allowances and budgets; no messages.",
    Role.READ_ONLY: "Sees all pages but people and recipients, and changes nothing.",
    Role.SERVICE_MEMBER: "Uses this site for the services whose teams they are in, and no others.",
}
# Who has one of these is of the support staff.
STAFF_ROLES: Final = frozenset(Role) - {Role.SERVICE_MEMBER}


def _rights(app: str, verbs: str, models_of_it: str) -> frozenset[str]:
    return frozenset(
        f"{app}.{verb}_{model}" for verb in verbs.split() for model in models_of_it.split()
    )


_SERVICES = (
    "service organisation apikey servicecallbackapi inboundnumber emailbranding letterbranding "
    "servicelettercontact"
)
# Of these there is no page of their own: the page of the service shows them.
_PARTS = (
    "serviceuser memberpermission servicesmssender serviceemailreplyto serviceguestlist "
    "servicedataretention servicepermission"
)
_TEMPLATES = "template templatehistory templatefolder templatechange"
_MONEY = "rate letterrate defaultannualallowance annualbilling budget"
_SEE_SERVICES = _rights("services", "view", f"{_SERVICES} {_PARTS}") | _rights(
    "templates_app", "view", f"{_TEMPLATES} letterattachment"
)
_SEE_MONEY = _rights("billing", "view", f"{_MONEY} factbilling")
_SEE_MESSAGES = _rights(
    "notifications",
    "view",
    "notification notificationhistory job callbackdelivery failingendpoint document "
    "letterprintbatch returnedletter "
    "servicestatistics suppressedrecipient providerdetails inboundsms hold bulkaction "
    "deliveryevent",
)
_SEE_PLATFORM = _rights("notify_project", "view", "periodicrun auditevent")
_REPORTS = _rights("notifications", "view add", "reportrequest")
_SEE = _SEE_SERVICES | _SEE_MONEY | _SEE_MESSAGES | _SEE_PLATFORM

RIGHTS: Final[dict[str, frozenset[str]]] = {
    # Every right there is: the answer is in ``services.rights``.
    Role.ADMINISTRATOR: frozenset(),
    Role.SUPPORT: _SEE
    | _REPORTS
    | _rights("services", "add change", f"{_SERVICES} {_PARTS}")
    | _rights("templates_app", "add change", f"{_TEMPLATES} letterattachment")
    | _rights("notifications", "add change", "job suppressedrecipient returnedletter")
    | _rights("notifications", "change", "notification callbackdelivery")
    | _rights("notifications", "view add", "personrequest")
    | _rights("services", "view unlock", "user")
    | {
        "services.revoke_apikey",
        "notifications.hold_sending",
        "notifications.view_recipient",
        "notifications.replay_notification",
    },
    Role.OPERATIONS: _SEE
    | _rights("notifications", "change", "notification job callbackdelivery providerdetails")
    | {
        "notifications.hold_sending",
        "notifications.hold_lanes",
        "notifications.bulk_act",
        "notifications.replay_notification",
        "notifications.fail_notification",
        "services.revoke_apikey",
        "notify_project.manage_queues",
    },
    Role.BILLING: _SEE_MONEY
    | _REPORTS
    | _rights("billing", "add change delete", _MONEY)
    | _rights("services", "view", "service organisation")
    | _rights("notifications", "view", "servicestatistics"),
    Role.READ_ONLY: _SEE,
    # What a member may do is given service by service: see MEMBER_RIGHTS.
    Role.SERVICE_MEMBER: frozenset(),
}

_EVERY_MEMBER = (
    _rights("services", "view", "service servicelettercontact")
    | _rights("templates_app", "view", _TEMPLATES)
    | _rights("billing", "view", "annualbilling budget")
)
_EVERY_KIND: Final = frozenset({"send_texts", "send_emails", "send_letters"})
_SENDS = _rights("notifications", "add change", "job")
# What members may do on the site, by what they may do for their service.
MEMBER_RIGHTS: Final[dict[str, frozenset[str]]] = {
    "manage_users": frozenset(),
    "manage_templates": _rights("templates_app", "add change", "template templatefolder")
    | _rights("templates_app", "change", "templatechange"),
    "manage_settings": _rights("services", "add change", "servicelettercontact")
    | _rights("billing", "add change", "budget")
    | _rights("notifications", "view add", "suppressedrecipient"),
    # Who may send all kinds of messages sends files on the site: see below.
    **{word: frozenset() for word in _EVERY_KIND},
    "manage_api_keys": _rights("services", "view add", "apikey servicecallbackapi")
    | _rights("services", "change", "servicecallbackapi")
    | _rights("notifications", "view", "callbackdelivery failingendpoint")
    | {"services.revoke_apikey", "notifications.change_callbackdelivery"},
    "view_activity": _rights(
        "notifications",
        "view",
        "notification job document returnedletter servicestatistics recipient",
    ),
}


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """Return what somebody with these roles may do, besides what administrators may."""
    return frozenset().union(*(RIGHTS[role] for role in roles if role in RIGHTS))


def rights_of_member(permissions: Iterable[str]) -> frozenset[str]:
    """Return what a member may do on the site, with these permissions for a service."""
    held = frozenset(permissions)
    rights = _EVERY_MEMBER.union(*(MEMBER_RIGHTS[word] for word in held))
    return rights | _SENDS if held >= _EVERY_KIND else rights
