import pytest

from notify_project.api.errors import Forbidden
from services.tests.factories import ServiceFactory
from templates_app.models import TemplateHistory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import create_template, update_template


def template_and_columns(service, template_type):
    """Return a template of a type, and what another one is made of."""
    traits = {} if template_type == "sms" else {template_type: True}
    subject = None if template_type == "sms" else "About"
    columns = {"name": "New", "template_type": template_type, "subject": subject, "content": "x"}
    return TemplateFactory(service=service, **traits), columns


@pytest.mark.parametrize(
    ("template_type", "words"),
    [("sms", "text message"), ("email", "email"), ("letter", "letter")],
)
def test_only_what_a_service_may_send_is_made_and_changed(db, template_type, words):
    service = ServiceFactory(permissions=["international_sms"])
    template, columns = template_and_columns(service, template_type)

    with pytest.raises(Forbidden) as creating:
        create_template(service, actor=None, **columns)
    with pytest.raises(Forbidden) as updating:
        update_template(template, actor=None, content="Other")

    assert TemplateHistory.objects.count() == 1
    assert creating.value.status_code == updating.value.status_code == 403
    assert creating.value.message == f"Creating {words} templates is not allowed"
    assert updating.value.message == f"Updating {words} templates is not allowed"


@pytest.mark.parametrize("template_type", ["sms", "email", "letter"])
def test_what_a_service_may_send_is_allowed(db, template_type):
    service = ServiceFactory(permissions=[template_type])
    template, columns = template_and_columns(service, template_type)

    assert create_template(service, actor=None, **columns).version == 1
    assert update_template(template, actor=None, content="Other").version == 2


def test_an_operator_prepares_what_a_service_cannot_send_yet(db):
    service = ServiceFactory(permissions=[])
    template, columns = template_and_columns(service, "letter")

    create_template(service, actor=None, as_operator=True, **columns)
    changed = update_template(template, actor=None, as_operator=True, content="Other")

    assert changed.content == "Other"
