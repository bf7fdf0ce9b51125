"""Files of recipients that are stored, and jobs of them."""

import io
from decimal import Decimal

import pytest

from notifications import hooks
from notifications.jobs.create import create_job
from notifications.jobs.upload import upload
from notifications.models import Job, Notification
from services.read_models import find_service
from templates_app.read_models import find_template
from templates_app.tests.factories import TemplateFactory


def texts(count, *, first=0):
    """Return a file of texts, in CSV."""
    rows = [f"0790{number:07},Person {number}" for number in range(first, first + count)]
    return "\n".join(["phone number,name", *rows])


class Mailings:
    """Stores files and creates jobs of them."""

    def upload(self, text, template=None, name="people.csv", **options):
        template = template or TemplateFactory()
        return upload(
            io.BytesIO(text.encode()),
            name,
            find_template(template.service_id, template.id),
            find_service(template.service_id),
            **options,
        )

    def create(self, text, template=None, *, sender_id=None, name="people.csv", **options):
        template = template or TemplateFactory()
        uploaded = self.upload(text, template, name, sender_id=sender_id)
        assert uploaded.refusal is None
        return create_job(template.service_id, uploaded.job_id, **options)

    def begun(self, text, template=None, **options):
        """Create a job that is in progress, whose rows nobody has handed out."""
        job = self.create(text, template, **options)
        Job.objects.filter(id=job.id).update(
            job_status="in progress", processing_started=job.created_at, heartbeat_at=job.created_at
        )
        job.refresh_from_db()
        return job

    def rows(self, job):
        return list(Notification.objects.filter(job=job).order_by("job_row_number"))


@pytest.fixture
def prices(monkeypatch):
    """Answer what is asked about money: two free fragments, 2p for others, letters by class."""
    asked = []

    def of_letter(letter):
        asked.append(letter)
        return Decimal("0.90") if letter.postage == "second" else Decimal("1.50")

    for question, answer in (
        (hooks.free_fragments_left, lambda _service_id: 2),
        (hooks.sms_rate, lambda _day: Decimal("0.02")),
        (hooks.letter_rate, of_letter),
    ):
        monkeypatch.setattr(question, "_answer", answer)
    return asked


@pytest.fixture
def mailings(files, recorded_tasks):
    """Give what stores files and creates jobs; what they queue is recorded."""
    return Mailings()
