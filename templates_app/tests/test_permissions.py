import pytest

from notify_project.api.errors import Forbidden
from services.tests.factories import ServiceFactory
from templates_app.permissions import require_may_create, require_may_update
from templates_app.tests.factories import TemplateFactory


@pytest.mark.parametrize(
    ("template_type", "words"),
    [("sms", "text message"), ("email", "email"), ("letter", "letter")],
)
def test_only_what_a_service_may_send_is_made_and_changed(db, template_type, words):
    service = ServiceFactory(permissions=["international_sms"])
    traits = {} if template_type == "sms" else {template_type: True}
    template = TemplateFactory(service=service, **traits)

    with pytest.raises(Forbidden) as creating:
        require_may_create(service.id, template_type)
    with pytest.raises(Forbidden) as updating:
        require_may_update(template)

    assert creating.value.status_code == updating.value.status_code == 403
    assert creating.value.message == f"Creating {words} templates is not allowed"
    assert updating.value.message == f"Updating {words} templates is not allowed"


@pytest.mark.parametrize("template_type", ["sms", "email", "letter"])
def test_what_a_service_may_send_is_allowed(db, template_type):
    service = ServiceFactory(permissions=[template_type])
    traits = {} if template_type == "sms" else {template_type: True}

    require_may_create(service.id, template_type)
    require_may_update(TemplateFactory(service=service, **traits))
