"""What the page of a message shows: its story, its template and its content."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from notifications.admin.letter_check import found_in, pages_of
from notifications.admin.letter_pages import may_see_pages, url_of_pages
from notifications.admin.message_facts import facts_of
from notifications.admin.revealing import is_revealed, may_reveal, minutes_left
from notifications.jobs.words import message_in_words
from notifications.models import Notification, NotificationHistory
from notifications.support.as_received import as_received
from notifications.support.masked import masked
from notifications.support.timeline.facts import Message
from notifications.support.timeline.steps import Kind, Step
from notifications.support.timeline.story import Story, story_of
from notifications.support.timeline.wording import Wording, read_wording
from notify_project.clock import LONDON, duration_words, london_words
from notify_project.constants import NotificationType
from templates_app.admin.differences import shown_differences
from templates_app.differences import differences, values_of

_TYPES = {
    NotificationType.SMS: "Text message",
    NotificationType.EMAIL: "Email",
    NotificationType.LETTER: "Letter",
}
# Less than this is no time at all.
_AT_ONCE = timedelta(milliseconds=50)
_ICONS = {
    Kind.ACCEPTED: "inbox",
    Kind.ATTEMPT: "send",
    Kind.RECEIPT: "mark_email_read",
    Kind.OUTCOME: "flag",
    Kind.LETTER: "local_post_office",
    Kind.CALLBACK: "webhook",
    Kind.STAFF: "person",
    Kind.AHEAD: "schedule",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A step as the page shows it; the day stands only where it is another."""

    step: Step
    day: str
    time: str
    after: str
    icon: str


def context_of(request: HttpRequest, row: Message) -> dict[str, Any]:
    """Return what the page of a message needs."""
    story, wording = story_of(row), read_wording(row)
    return {
        "story": story,
        "row": row,
        "is_live": isinstance(row, Notification),
        "type_words": _TYPES[NotificationType(row.notification_type)],
        "status_words": message_in_words(row.status, row.notification_type),
        "accepted": london_words(row.created_at),
        "service_url": reverse("service-overview", args=[row.service_id]),
        "lines": list(lines_of(story.steps)),
        "facts": list(facts_of(story)),
        **_template(wording),
        **_personal(request, row, wording),
        **_letter(request, story, wording),
    }


def lines_of(steps: Iterable[Step]) -> Iterator[Line]:
    """Yield steps as a page shows them."""
    day_before = ""
    for step in steps:
        at = step.at.astimezone(LONDON)
        day = f"{at:%-d %B %Y}"
        after = "" if step.after is None else duration_words(step.after)
        yield Line(
            step, "" if day == day_before else day, f"{at:%H:%M:%S}", after, _ICONS[step.kind]
        )
        day_before = day


def _template(wording: Wording) -> dict[str, Any]:
    used, today = wording.used, wording.today
    if used is None or today is None:
        return {"template_name": "a template that is gone"}
    changed = differences(values_of(used), values_of(today)) if wording.is_changed else []
    return {
        "template_name": used.name,
        "template_url": reverse("admin:templates_app_templatehistory_change", args=[used.pk]),
        "template_version": used.version,
        "template_today": today.version,
        "template_today_url": reverse("admin:templates_app_template_change", args=[used.id]),
        "template_is_changed": wording.is_changed,
        "template_changes": shown_differences(changed) if changed else "",
    }


def _personal(request: HttpRequest, row: Message, wording: Wording) -> dict[str, Any]:
    if isinstance(row, NotificationHistory):
        return {"may_reveal": False}
    may = may_reveal(request)
    shown = is_revealed(request, row.id)
    return {
        "may_reveal": may,
        "masked": masked(row.notification_type, row.to) if may else "",
        "is_erased": not row.to and row.normalised_to is None,
        "is_revealed": shown,
        "minutes_left": minutes_left(request, row.id) if shown else 0,
        "received": as_received(row, is_hidden=wording.hides_values) if shown else None,
    }


def _letter(request: HttpRequest, story: Story, wording: Wording) -> dict[str, Any]:
    """Return the addresses of pictures of a letter's pages; of a PDF, one by one."""
    row, check = story.row, story.facts.printing.check
    if not isinstance(row, Notification) or not story.facts.is_letter:
        return {}
    name = "admin:notifications_notification_letter_page"
    singly = [reverse(name, args=[row.id, page]) for page in pages_of(check)]
    are_made = bool(row.billable_units) or check is not None or not row.is_real
    is_hidden = wording.hides_values
    may_see = are_made and may_see_pages(request, row, check, is_hidden=is_hidden)
    at_once = [url_of_pages(row)] if may_see else []
    is_shown = is_revealed(request, row.id) and not is_hidden
    return {
        "letter_check": found_in(check),
        "letter_pages": (at_once or singly) if is_shown else [],
    }
