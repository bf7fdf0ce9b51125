"""Judge a message without sending it: every refusal at once, and what would be sent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from notifications.acceptance import judge
from notifications.acceptance.asking import AskAll, Case
from notifications.acceptance.draft import Draft
from notifications.acceptance.queue_choice import choose_queue
from notifications.documents.publish import dummy_urls
from notifications.prices import text_price
from notify_project import clock
from notify_project.constants import NotificationType, Queue
from services.caller import Caller
from services.limits import Allowance
from templates_app.rendering.sms import character_count, sms_text


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of a request.

    Attributes:
        draft: what is known of the message.
        errors: every refusal, as an answer's ``errors`` has them.
        characters: of a text's content, as they are limited.
        fragments: that a text would be billed for, the service's name in front included.
        pounds: its price; None where it is not known before the message is made.
        queue: that would carry it; None without a template.
    """

    draft: Draft
    errors: list[dict[str, object]]
    characters: int | None
    fragments: int | None
    pounds: Decimal | None
    queue: Queue | None


def check(
    notification_type: NotificationType,
    body: dict[str, Any],
    allowance: Allowance,
    violations: list[tuple[str | None, str]],
) -> Checked:
    """Ask every rule of a channel; nothing is stored, counted, published or queued.

    Args:
        notification_type: the channel.
        body: of the request.
        allowance: the service's limits, looked at only.
        violations: how the body does not fit its schema: property and text.
    """
    ask = AskAll()
    ask(allowance.require_rate)
    ask(allowance.require_room)
    ask.errors += [{"error": "ValidationError", "message": text} for _, text in violations]
    unfit = frozenset(name for name, _ in violations if name is not None)
    fitting = {name: value for name, value in body.items() if name not in unfit}
    case = Case(fitting, allowance.caller, ask, allowance.require_international, unfit)
    draft = _judge(notification_type, body, case)
    fragments = _fragments(draft, allowance.caller)
    return Checked(
        draft=draft,
        errors=ask.errors,
        characters=_characters(draft),
        fragments=fragments,
        pounds=_pounds(draft, fragments),
        queue=_queue(draft, allowance.caller),
    )


def _judge(notification_type: NotificationType, body: dict[str, Any], case: Case) -> Draft:
    if notification_type == NotificationType.SMS:
        return judge.judge_sms(case)
    if notification_type == NotificationType.LETTER:
        if "content" in body:
            return judge.judge_precompiled(case)
        return judge.judge_letter(case)
    draft = judge.judge_email(case)
    judge.finish_email(draft, dummy_urls(file.key for file in draft.files), case.ask)
    return draft


def _characters(draft: Draft) -> int | None:
    if draft.notification_type != NotificationType.SMS or draft.body is None:
        return None
    return character_count(draft.body)


def _fragments(draft: Draft, caller: Caller) -> int | None:
    if draft.notification_type != NotificationType.SMS:
        return None
    if draft.template is None or draft.personalisation is None:
        return None
    prefix = caller.service.name if caller.service.prefix_sms else None
    return sms_text(draft.template.parsed_content, draft.personalisation, prefix).fragments


def _pounds(draft: Draft, fragments: int | None) -> Decimal | None:
    if draft.notification_type == NotificationType.EMAIL:
        return Decimal(0)
    if fragments is None or draft.recipient is None:
        return None
    today = clock.london_today()
    return text_price(today, fragments=fragments, multiplier=draft.rate_multiplier)


def _queue(draft: Draft, caller: Caller) -> Queue | None:
    if draft.template is None:
        return None
    return choose_queue(draft.notification_type, caller.is_real, draft.template.process_type)
