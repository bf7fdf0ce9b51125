"""A printer that takes files, and letters for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from deploy.stub_sftp import StubSftp
from notifications.letters.files import store_pdf
from notifications.letters.print_day import print_day
from notifications.letters.printing import batches
from notifications.letters.printing.files import plan
from notifications.letters.printing.ready import ready_letters
from notifications.letters.printing.upload import hand_over
from notifications.models import LetterPrintBatch, Notification
from notifications.providers.sftp_printer import SftpPrinter
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from templates_app.tests.factories import TemplateFactory


@dataclass
class World:
    """One service's letters and the printer's server."""

    stub: StubSftp
    template: Any
    now: Any

    @property
    def printer(self):
        return SftpPrinter(self.stub.options)

    def letter(self, *, pdf=b"%PDF-1.4 pages", **values):
        values = {"template": self.template, "billable_units": 1, **values}
        row = NotificationFactory(**values)
        if pdf is not None:
            store_pdf(row, pdf)
        return row

    def letters(self, number, **values):
        return [self.letter(**values) for _ in range(number)]

    def plan(self):
        letters = ready_letters(self.now + timedelta(seconds=1))
        return list(plan(letters, "sftp", print_day(self.now)))

    def claim(self, *, after=timedelta(0)):
        claimed = batches.claim_batch(clock.now() + after)
        return claimed and claimed.batch

    def hand_over(self, *, after=timedelta(0)):
        """Hand over what is due by then, as a worker does; return the batch."""
        batch = self.claim(after=after)
        assert batch is not None, "no batch is due"
        hand_over(batch, self.printer)
        batch.refresh_from_db()
        return batch

    def make_due(self):
        """Let leases and pauses end, as time does."""
        LetterPrintBatch.objects.update(claimed_until=None, next_attempt_at=None)
        waiting = Notification.objects.filter(claimed_until__lt=self.now + timedelta(days=1))
        waiting.update(claimed_until=None)

    def states(self):
        return list(LetterPrintBatch.objects.order_by("created_at").values_list("state", flat=True))


def statuses(rows):
    """Return statuses, which both tables agree on, as on everything they share."""
    ids = [row.id for row in rows]
    for live, history in map(live_and_history, ids):
        assert live == history
    found = dict(Notification.objects.filter(id__in=ids).values_list("id", "status"))
    return [found[each] for each in ids]


@pytest.fixture
def stub(tmp_path):
    with StubSftp(tmp_path / "printer") as stub:
        yield stub


@pytest.fixture
def world(stub, files):
    del files
    return World(stub, TemplateFactory(letter=True), clock.now())
