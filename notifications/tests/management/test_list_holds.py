"""The list of holds on a terminal."""

import pytest
from django.core.management import call_command

from notifications.support.holding import hold
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis", "recorded_tasks")]


def test_what_is_held_is_listed_by_its_name(capsys):
    service = ServiceFactory(name="Parking permits")
    template = TemplateFactory(service=service, name="Permit granted")
    hold("service", str(service.id), actor=None, reason="wrong text")
    hold("template", str(template.id), actor=None, reason="wrong text")
    hold("lane", "bulk", actor=None, reason="wrong text")

    call_command("list_holds")

    lane, of_template, of_service = capsys.readouterr().out.splitlines()
    assert lane.startswith("lane bulk  held")
    assert of_template.startswith(f"template {template.id} (Permit granted)  held, 0 wait")
    assert of_service.startswith(f"service {service.id} (Parking permits)  held, 0 wait")
