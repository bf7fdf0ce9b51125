"""Files of recipients over the management API."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from notifications.tests.jobs.conftest import mailings, prices  # noqa: F401 - fixtures
from services.tests.api.management.client import member
from templates_app.tests.factories import TemplateFactory


def upload(caller, template, content, *, name="people.csv", **fields):
    """Upload a file, and return the status and the JSON of the answer."""
    content = content.encode() if isinstance(content, str) else content
    response = caller.client.post(
        f"/service/{template.service_id}/upload",
        {"file": SimpleUploadedFile(name, content), "template_id": str(template.id), **fields},
        HTTP_AUTHORIZATION=f"Bearer {caller.token}",
    )
    return response.status_code, json.loads(response.content)


@pytest.fixture
def template(files, recorded_tasks):
    """Give a template for texts; what is queued is recorded."""
    return TemplateFactory()


@pytest.fixture
def caller(template):
    """Give a member who may send texts and look at what became of them."""
    return member(template.service, "send_texts", "view_activity")


@pytest.fixture
def jobs(template):
    """Give the path of the service's jobs."""
    return f"/service/{template.service_id}/job"
