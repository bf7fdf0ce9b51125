import pytest

from notify_project.models import AuditEvent
from services.tests.factories import UserFactory
from templates_app.models import TemplateHistory, TemplateRedacted
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory
from templates_app.validation import InvalidTemplate
from templates_app.versions import archive_template, create_template

pytestmark = pytest.mark.django_db


def test_a_new_template_is_not_redacted():
    service = TemplateFactory().service
    template = create_template(
        service, name="Code", template_type="sms", content="x", actor=UserFactory()
    )

    assert not template.redaction.redact_personalisation


def test_redaction_stays_on_has_an_author_and_makes_no_version():
    template, author = TemplateFactory(), UserFactory()

    assert redact(template, actor=author)

    row = TemplateRedacted.objects.get()
    assert (row.redact_personalisation, row.updated_by) == (True, author)
    assert TemplateHistory.objects.count() == 1
    assert AuditEvent.objects.get().action == "redact template"


def test_redacting_twice_changes_nothing_more():
    template, first = TemplateFactory(), UserFactory()
    redact(template, actor=first)
    before = TemplateRedacted.objects.values().get()

    assert not redact(template, actor=UserFactory())

    assert TemplateRedacted.objects.values().get() == before
    assert AuditEvent.objects.count() == 1


def test_nobody_cannot_redact():
    template = TemplateFactory()

    with pytest.raises(InvalidTemplate, match="created_by: Field is required"):
        redact(template, actor=None)

    assert not TemplateRedacted.objects.get().redact_personalisation


def test_an_archived_template_can_be_redacted_for_what_was_sent_from_it():
    template = archive_template(TemplateFactory(), actor=None)

    assert redact(template, actor=UserFactory())
