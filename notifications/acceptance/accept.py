"""Accept a message: judge it, publish its files, store it, or queue it to be stored.

What follows once it is stored is in ``follow_up``.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from notifications.acceptance import judge
from notifications.acceptance.asking import Case, at_once
from notifications.acceptance.deferred import queue_or_store
from notifications.acceptance.draft import Draft
from notifications.acceptance.modes import is_queued_first
from notifications.acceptance.payload import Payload
from notifications.acceptance.persist import persist_notification
from notifications.documents import publish
from notifications.letters.files import store_for_scan
from notifications.letters.references import reference_for_new_letter
from notifications.models import Notification
from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import NotificationType
from services.caller import Caller
from services.limits import Allowance
from templates_app.precompiled import precompiled_template
from templates_app.read_models import TemplateModel


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was accepted, with its content as the answer shows it.

    Attributes:
        stored: this request has stored it, and sees to what follows; otherwise nobody does, for
            it is simulated, or the task that stores it does.
    """

    notification: Notification
    template: TemplateModel
    simulated: bool
    stored: bool
    body: str = field(default="", repr=False)
    subject: str | None = field(default=None, repr=False)
    sanitised: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)


def accept(
    notification_type: NotificationType,
    body: dict[str, Any],
    allowance: Allowance,
    *,
    may_defer: bool = False,
) -> Accepted:
    """Store a message, or queue it to be stored, or refuse it.

    Args:
        notification_type: the channel.
        body: fits the schema of the channel.
        allowance: what the request has taken of its service's limits.
        may_defer: where the service's messages are queued first, this one may be, too.

    Raises:
        ApiError: a check failed; the message says which.
    """
    case = Case(
        body, allowance.caller, at_once, allowance.require_international, may_defer=may_defer
    )
    return _accept_one(notification_type, body)(case)


def _accept_one(
    notification_type: NotificationType, body: dict[str, Any]
) -> Callable[[Case], Accepted]:
    if notification_type == NotificationType.SMS:
        return _accept_sms
    if notification_type == NotificationType.EMAIL:
        return _accept_email
    return _accept_precompiled if "content" in body else _accept_letter


def _accept_sms(case: Case) -> Accepted:
    draft = judge.judge_sms(case)
    return _store_or_defer(draft, case)


def _accept_email(case: Case) -> Accepted:
    draft = judge.judge_email(case)
    urls = _publish(draft, case.caller)
    try:
        judge.finish_email(draft, urls, at_once)
        if not draft.files:
            return _store_or_defer(draft, case)
        return _accepted(draft, _store(draft, case, document_download_count=len(draft.files)))
    except BaseException:
        if draft.files and not draft.simulated:
            # In a transaction that the database has given up, the rows go without our help, and
            # the nightly purge finds their files.
            with contextlib.suppress(DatabaseError):
                publish.unpublish(draft.notification_id)
        raise


def _accept_letter(case: Case) -> Accepted:
    draft = judge.judge_letter(case)
    # Nothing is printed of a letter that is not real: it is on its way at once.
    status = Status.CREATED if case.caller.is_real else Status.SENDING
    return _accepted(draft, _store(draft, case, status=status))


def _accept_precompiled(case: Case) -> Accepted:
    draft = judge.judge_precompiled(case)
    draft.template = precompiled_template(case.caller.service.id)
    now, reference = clock.now(), reference_for_new_letter()
    # The file first: a file without a row is harmless, a row without a file is not.
    store_for_scan(
        reference=reference,
        postage=draft.postage or "",
        created_at=now,
        pdf=draft.pdf or b"",
    )
    row = _store(
        draft,
        case,
        created_at=now,
        reference=reference,
        status=Status.PENDING_VIRUS_CHECK,
    )
    return _accepted(draft, row)


def _publish(draft: Draft, caller: Caller) -> dict[str, str]:
    if not draft.files:
        return {}
    if draft.simulated:
        return publish.dummy_urls(file.key for file in draft.files)
    return publish.publish(
        draft.files,
        service_id=caller.service.id,
        recipient=draft.recipient or "",
        notification_id=draft.notification_id,
        now=clock.now(),
    )


def _store(draft: Draft, case: Case, **columns: Any) -> Notification:
    template, caller = _template(draft), case.caller
    return persist_notification(
        notification_id=draft.notification_id,
        template_id=template.id,
        template_version=template.version,
        process_type=template.process_type,
        service=caller.service,
        api_key_id=caller.key.id,
        key_type=caller.key.key_type,
        notification_type=draft.notification_type,
        recipient=draft.recipient or "",
        personalisation=draft.personalisation,
        client_reference=case.body.get("reference"),
        reply_to_text=draft.reply_to_text,
        unsubscribe_link=draft.unsubscribe_link,
        postage=draft.postage,
        simulated=draft.simulated,
        **columns,
    )


def _store_or_defer(draft: Draft, case: Case) -> Accepted:
    """Store a message, or queue it to be stored where its service wants that."""
    if draft.simulated or not case.may_defer or not is_queued_first(case.caller.service):
        return _accepted(draft, _store(draft, case))
    row, is_stored = queue_or_store(_payload(draft, case))
    return _accepted(draft, row, is_stored=is_stored)


def _payload(draft: Draft, case: Case) -> Payload:
    template, caller = _template(draft), case.caller
    return Payload(
        id=draft.notification_id,
        service_id=caller.service.id,
        template_id=template.id,
        template_version=template.version,
        notification_type=draft.notification_type,
        to=draft.recipient or "",
        personalisation=draft.personalisation,
        api_key_id=caller.key.id,
        key_type=caller.key.key_type,
        is_real=caller.is_real,
        process_type=template.process_type,
        client_reference=case.body.get("reference"),
        reply_to_text=draft.reply_to_text,
        unsubscribe_link=draft.unsubscribe_link,
        document_download_count=None,
        status=Status.CREATED,
        created_at=clock.now(),
        job_id=None,
        job_row_number=None,
    )


def _accepted(draft: Draft, row: Notification, *, is_stored: bool = True) -> Accepted:
    return Accepted(
        notification=row,
        template=_template(draft),
        simulated=draft.simulated,
        stored=is_stored and not draft.simulated,
        body=draft.body or "",
        subject=draft.subject,
        sanitised=draft.sanitised,
    )


def _template(draft: Draft) -> TemplateModel:
    if draft.template is None:
        raise LookupError("a judged message has a template")
    return draft.template
