"""Services of a file: the service itself and what belongs to it."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from django.db.models import Model

from services import callbacks, guest_list, members, senders
from services.api_keys import issue
from services.callback_secrets import signing_secrets
from services.creating import LIVE_LIMITS, create_service, set_permissions, update_service
from services.models import (
    ApiKey,
    EmailBranding,
    LetterBranding,
    Organisation,
    Service,
    ServiceCallbackApi,
    ServiceEmailReplyTo,
    ServiceLetterContact,
    ServicePermission,
    ServiceSmsSender,
    User,
)
from services.senders import contact_block_of
from templates_app.configuration.declarations import (
    DeclaredCallback,
    DeclaredKey,
    DeclaredLetterContact,
    DeclaredReplyTo,
    DeclaredService,
    DeclaredSmsSender,
)
from templates_app.configuration.folder_entries import Folders
from templates_app.configuration.number_entries import apply_services_number
from templates_app.configuration.report import Report
from templates_app.configuration.retention_entries import apply_retention
from templates_app.configuration.review_entries import apply_review
from templates_app.configuration.source import Entry, Place, suggestion
from templates_app.configuration.template_entries import apply_template

_NAMED: dict[str, type[Model]] = {
    "organisation": Organisation,
    "email_branding": EmailBranding,
    "letter_branding": LetterBranding,
}
_LIMITS = {
    "email": "email_message_limit",
    "sms": "sms_message_limit",
    "letter": "letter_message_limit",
    "international_sms": "international_sms_message_limit",
    "per_minute": "rate_limit",
}
# Columns whose words in the list of changes are not their own.
_WORDS = {
    **{column: f"{name}_limit" for name, column in _LIMITS.items()},
    "rate_limit": "limit_per_minute",
    "restricted": "trial_mode",
    "custom_email_sender_name": "email_sender_name",
    "uses_suppression_list": "suppression_list",
}
# Field of the file -> column of the service.
_COLUMNS = {
    "research_mode": "research_mode",
    "deferred_persistence": "deferred_persistence",
    "prefix_sms": "prefix_sms",
    "contact_link": "contact_link",
    "email_sender_name": "custom_email_sender_name",
    "suppression_list": "uses_suppression_list",
}


class Run(Protocol):
    """What a service needs of the run over the file."""

    report: Report

    def noting(self, place: Place) -> AbstractContextManager[None]:
        """Turn a refusal within the block into a problem."""

    def secret(self, name: str | None, place: Place, *, is_needed: bool) -> str | None:
        """Return the value of an environment variable."""


def apply_service(entry: DeclaredService, run: Run) -> None:
    """Make one service what the file says; what the file does not mention is left alone."""
    service: Service | None = None
    with run.noting(entry.place):
        service = _service(entry, run)
    if service is None:
        return  # type: ignore[unreachable]  # a refusal was noted
    what = f'service "{entry.name}"'
    ids: dict[str, Any] = {
        "id": str(service.id),
        "templates": {},
        "api_keys": {},
        "callbacks": {},
    }
    run.report.ids["services"][entry.name] = ids
    _team(entry, service, run, what)
    with run.noting(entry.places.get("inbound_number", entry.place)):
        apply_services_number(entry, service, run.report, what)
    with run.noting(entry.places.get("retention", entry.place)):
        apply_retention(entry, service, run.report, what)
    for sms_sender in entry.sms_senders:
        with run.noting(sms_sender.place):
            _sms_sender(sms_sender, service, run, what)
    for reply_to in entry.reply_tos:
        with run.noting(reply_to.place):
            _reply_to(reply_to, service, run, what)
    for letter_contact in entry.letter_contacts:
        with run.noting(letter_contact.place):
            _letter_contact(letter_contact, service, run, what)
    for callback in entry.callbacks:
        with run.noting(callback.place):
            ids["callbacks"][callback.type] = _callback(callback, service, run, what)
    _refuse_twins(entry, run)
    for key in entry.api_keys:
        with run.noting(key.place):
            ids["api_keys"][key.name] = _key(key, service, run, what)
    folders = Folders(service)
    for template in entry.templates:
        with run.noting(template.place):
            ids["templates"][template.name] = apply_template(template, folders, run.report, what)
    with run.noting(entry.places.get("templates_need_review", entry.place)):
        apply_review(entry, service, run.report, what)


def _service(entry: DeclaredService, run: Run) -> Service:
    wanted = _given(entry, _COLUMNS)
    if entry.limits is not None:
        wanted |= _given(entry.limits, _LIMITS)
    for field, model in _NAMED.items():
        if entry.gives(field):
            wanted[field] = _named(model, field, entry, run)
    permissions = [item.text for item in entry.permissions]
    service = Service.objects.filter(name=entry.name).first()
    if service is None:
        if entry.gives("permissions"):
            wanted["permissions"] = permissions
        columns = {"restricted": not entry.live, **(LIVE_LIMITS if entry.live else {}), **wanted}
        run.report.added(f'service "{entry.name}"')
        return create_service(entry.name, actor=None, **columns)
    if entry.gives("live"):
        becomes_live = service.restricted and entry.live
        wanted = {"restricted": not entry.live, **(LIVE_LIMITS if becomes_live else {}), **wanted}
    run.report.changed(
        f'service "{entry.name}"',
        {
            _WORDS.get(name, name): (getattr(service, name), value)
            for name, value in wanted.items()
            if getattr(service, name) != value
        },
    )
    if entry.gives("permissions"):
        _permissions(service, permissions, run)
    return update_service(service, actor=None, **wanted)


def _given(entry: Entry, columns: dict[str, str]) -> dict[str, Any]:
    return {column: getattr(entry, name) for name, column in columns.items() if entry.gives(name)}


def _named(model: type[Model], field: str, entry: DeclaredService, run: Run) -> Any:
    """Return the row that a field names; a name that there is not is noted as a problem."""
    name: str | None = getattr(entry, field)
    if name is None:
        return None
    rows = model._default_manager.all()  # noqa: SLF001 - Django's own name for it
    found = rows.filter(name=name).first()
    if found is None:
        hint = suggestion(name, rows.values_list("name", flat=True))
        what = field.replace("_", " ")
        run.report.problem(entry.places[field], f"there is no {what} {name}{hint}")
    return found


def _permissions(service: Service, wanted: list[str], run: Run) -> None:
    held = ServicePermission.objects.filter(service=service).values_list("permission", flat=True)
    before, after = ", ".join(sorted(held)), ", ".join(sorted(wanted))
    if before != after:
        run.report.changed(f'service "{service.name}"', {"permissions": (before, after)})
        set_permissions(service, wanted, actor=None)


def _team(entry: DeclaredService, service: Service, run: Run, what: str) -> None:
    for item in entry.team:
        user = User.objects.filter(email_address=item.text.lower()).first()
        if user is None:
            run.report.problem(item.place, f"there is no user {item.text}")
        elif members.add_member(service, user, actor=None):
            run.report.added(f'{what}: team member "{user.name}"')
    if entry.gives("guest_list"):
        with run.noting(entry.places["guest_list"]):
            guests = [item.text for item in entry.guest_list]
            if guest_list.replace_guest_list(service, guests, actor=None):
                run.report.changes.append(f"~ {what}: guest list of {len(guests)}")


def _sms_sender(entry: DeclaredSmsSender, service: Service, run: Run, what: str) -> None:
    rows = ServiceSmsSender.objects.filter(service=service, archived=False)
    row = rows.filter(sms_sender=entry.sender).first()
    if row is None:
        senders.add_sms_sender(service, entry.sender, is_default=entry.default)
        run.report.added(f'{what}: sender "{entry.sender}"')
    elif entry.default and not row.is_default:
        senders.make_default(row)
        run.report.changed(f'{what}: sender "{entry.sender}"', {"default": (False, True)})


def _reply_to(entry: DeclaredReplyTo, service: Service, run: Run, what: str) -> None:
    rows = ServiceEmailReplyTo.objects.filter(service=service, archived=False)
    row = rows.filter(email_address=entry.email).first()
    if row is None:
        senders.add_reply_to(service, entry.email, is_default=entry.default)
        run.report.added(f'{what}: reply-to "{entry.email}"')
    elif entry.default and not row.is_default:
        senders.make_default(row)
        run.report.changed(f'{what}: reply-to "{entry.email}"', {"default": (False, True)})


def _letter_contact(entry: DeclaredLetterContact, service: Service, run: Run, what: str) -> None:
    text = contact_block_of(entry.address)
    rows = ServiceLetterContact.objects.filter(service=service, archived=False)
    row = rows.filter(contact_block=text).first()
    name = f'{what}: letter contact "{text.partition(chr(10))[0]}"'
    if row is None:
        senders.add_letter_contact(service, text, is_default=entry.default)
        run.report.added(name)
    elif entry.default and not row.is_default:
        senders.make_default(row)
        run.report.changed(name, {"default": (False, True)})


def _callback(entry: DeclaredCallback, service: Service, run: Run, what: str) -> dict[str, str]:
    rows = ServiceCallbackApi.objects.filter(service=service, callback_type=entry.type)
    is_new = not rows.exists()
    place = entry.places.get("bearer_token_env", entry.place)
    if is_new and entry.bearer_token_env is None:
        run.report.problem(place, "bearer_token_env is missing: it names an environment variable")
        return {}
    token = run.secret(entry.bearer_token_env, place, is_needed=is_new)
    if is_new and token is None:
        return {}
    if callbacks.set_callback(service, entry.type, url=entry.url, token=token, actor=None):
        run.report.changes.append(f"{'+' if is_new else '~'} {what}: callback {entry.type}")
    callback = rows.get()
    ids = {"id": str(callback.id)}
    if is_new:
        ids["signing_secret"] = signing_secrets([callback.id])[callback.id].secret
    return ids


def _refuse_twins(entry: DeclaredService, run: Run) -> None:
    for what, names in (
        ("API key", [(key.name, key.place) for key in entry.api_keys]),
        ("template", [(f"{each.name} ({each.type})", each.place) for each in entry.templates]),
        ("sender", [(each.sender, each.place) for each in entry.sms_senders]),
        ("reply-to", [(each.email, each.place) for each in entry.reply_tos]),
        (
            "letter contact",
            [(contact_block_of(each.address), each.place) for each in entry.letter_contacts],
        ),
        ("callback", [(each.type, each.place) for each in entry.callbacks]),
    ):
        seen: set[str] = set()
        for name, place in names:
            if name in seen:
                run.report.problem(place, f"the {what} {name} is declared twice")
            seen.add(name)
    for senders_of_kind in (entry.sms_senders, entry.reply_tos, entry.letter_contacts):
        for second in [each for each in senders_of_kind if each.default][1:]:
            run.report.problem(second.places["default"], "there can be only one default")


def _key(entry: DeclaredKey, service: Service, run: Run, what: str) -> dict[str, str]:
    key = ApiKey.objects.filter(service=service, name=entry.name, expiry_date=None).first()
    place = entry.places.get("secret_env", entry.place)
    if entry.secret is not None and entry.secret_env is not None:
        run.report.problem(place, "give either secret or secret_env, not both")
    secret = entry.secret or run.secret(entry.secret_env, place, is_needed=key is None)
    if key is None:
        if secret is None and entry.secret_env is not None:
            return {}
        issued = issue(service, entry.name, entry.type, actor=None, secret=secret)
        run.report.added(f'{what}: API key "{entry.name}" ({entry.type})')
        return {"id": str(issued.key.id), "key": issued.shown_once}
    if key.key_type != entry.type:
        run.report.problem(
            entry.places["type"], f"the API key {entry.name} is {key.key_type}: revoke it first"
        )
    if secret is not None and secret != key.secret:
        run.report.problem(place, f"the API key {entry.name} has another secret: revoke it first")
    return {"id": str(key.id)}
