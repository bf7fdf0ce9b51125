"""The facts of a message's row, with links to what it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from notifications.models import Notification
from notifications.support.timeline.facts import Message, Origin
from notifications.support.timeline.story import Story
from notify_project.clock import london_words
from notify_project.constants import NotificationType

_UNITS: dict[str, str] = {
    NotificationType.SMS: "Fragments charged",
    NotificationType.LETTER: "Sheets",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with its name, perhaps with a page of its own."""

    name: str
    value: str
    url: str = ""


def facts_of(story: Story) -> Iterator[Fact]:
    """Yield the facts of a message."""
    row = story.row
    yield Fact("Id", str(row.id))
    yield Fact("The caller's reference", row.client_reference or "none")
    is_letter = row.notification_type == NotificationType.LETTER
    owner = "The letter's reference" if is_letter else "The provider's reference"
    yield Fact(owner, row.reference or "none")
    yield from _origin(row, story.facts.origin)
    yield from _cost(row)
    if isinstance(row, Notification):
        yield from _way(row)


def _origin(row: Message, origin: Origin) -> Iterator[Fact]:
    if isinstance(row, Notification) and (request_id := row.came_by_request):
        yield Fact("Request, with its other messages", request_id, _find_url(request_id))
    if origin.job is not None:
        url = reverse("admin:notifications_job_change", args=[origin.job.id])
        yield Fact("Job, with its other messages", origin.job.original_file_name, url)
    if origin.api_key is not None:
        url = reverse("admin:services_apikey_change", args=[origin.api_key.id])
        yield Fact("API key", origin.api_key.name, url)
    yield Fact("Kind of key", row.key_type)


def _cost(row: Message) -> Iterator[Fact]:
    if unit := _UNITS.get(row.notification_type):
        yield Fact(unit, str(row.billable_units))
    if row.rate_multiplier is not None:
        yield Fact("Rate multiplier", str(row.rate_multiplier))
    if row.phone_prefix:
        yield Fact("Country code", f"+{row.phone_prefix}")
    if row.postage:
        yield Fact("Postage", row.postage)


def _way(row: Notification) -> Iterator[Fact]:
    yield Fact("Lane", row.lane)
    if row.process_type != row.lane:
        yield Fact("Its template asks for", row.process_type)
    yield Fact("Sender", row.reply_to_text or "the platform's")
    yield Fact("Attempts", str(row.delivery_attempts))
    if row.failure_reason:
        yield Fact("Reason", row.failure_reason)
    if row.failed_provider:
        yield Fact("Passed over next time", row.failed_provider)
    for name, at in (("Leased until", row.claimed_until), ("Next attempt", row.next_attempt_at)):
        if at is not None:
            yield Fact(name, london_words(at))
    if not row.is_real:
        yield Fact("Test", "no provider is given it")


def _find_url(request_id: str) -> str:
    return f"{reverse('admin-find')}?q={request_id}"
