"""Letters that are ready, and a printer that takes them."""

from datetime import timedelta

from notifications.letters import files
from notifications.letters.printing.collate import collate
from notifications.letters.printing.hand_over import hand_over_batches
from notifications.models import LetterPrintBatch, Notification, ProviderDetails
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from templates_app.tests.factories import TemplateFactory

PDF = b"%PDF-1.7 a letter"


def a_template():
    return TemplateFactory(letter=True)


def ready(template=None, *, pdf=PDF, **values):
    """Return a letter that waits for the next run."""
    values = {
        "billable_units": 1,
        "created_at": clock.now() - timedelta(hours=2),
        "template": template or a_template(),
        **values,
    }
    row = NotificationFactory(**values)
    if pdf is not None:
        files.store_pdf(row, pdf)
    return row


def switch_on(name="dvla", channel="letter"):
    ProviderDetails.objects.update_or_create(
        notification_type=channel,
        identifier=name,
        defaults={"active": True},
        create_defaults={"active": True, "display_name": name, "version": 1},
    )


def plan(deadline=None):
    return collate(deadline or clock.now())


def hand_over(minutes=1):
    return hand_over_batches(until=clock.now() + timedelta(minutes=minutes))


def run():
    plan()
    hand_over()


def status_of(row):
    """Return the status, which both tables agree on, as on everything they share."""
    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert history is None or live == history
    return row.status


def states():
    rows = LetterPrintBatch.objects.order_by("created_at", "id")
    return list(rows.values_list("state", flat=True))


def wait_a_retry():
    """Let the time of the next attempt come, for letters and batches."""
    past = clock.now() - timedelta(seconds=1)
    Notification.objects.exclude(next_attempt_at=None).update(
        next_attempt_at=past, claimed_until=None
    )
    LetterPrintBatch.objects.update(next_attempt_at=past, claimed_until=None)
