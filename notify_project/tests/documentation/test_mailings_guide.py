"""Every step of the guide to mailings is done as it is written."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.models import Job
from notifications.tests.api.management.conftest import upload
from notifications.tests.jobs.conftest import texts
from notify_project import clock
from services.tests.api.management.client import member
from templates_app.tests.factories import TemplateFactory

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "mailings.md").read_text()
STEPS = re.findall(r"```http\n([A-Z]+) (\S+)\n(?:\n(\{.*?\})\n)?```", GUIDE, re.DOTALL)
FORM = re.findall(r"-F (\w+)=\S+", GUIDE)


@pytest.mark.django_db
def test_a_file_is_sent_by_a_program_step_by_step(files, recorded_tasks):
    template = TemplateFactory()
    caller = member(template.service, "send_texts", "view_activity")
    status, uploaded = upload(caller, template, texts(2))
    known = {
        "<service>": str(template.service_id),
        "<job>": uploaded["id"],
        "<tomorrow>": (clock.now() + timedelta(days=1)).isoformat(),
    }
    answers = []

    for method, path, body in STEPS:
        for name, value in known.items():
            path, body = path.replace(name, value), body.replace(name, value)  # noqa: PLW2901
        answers.append(caller.ask(method, path, json.loads(body or "null")))

    assert (status, FORM) == (201, ["file", "template_id"])
    assert [status for status, _ in answers] == [201, 200, 200, 200]
    assert [row["id"] for row in answers[2][1]["data"]] == [uploaded["id"]]
    assert Job.objects.get().job_status == "cancelled"
    assert len(STEPS) == GUIDE.count("```http")


def test_it_explains_every_status_of_a_job_that_is_ever_written():
    for status in Job.Status.values[:-2]:
        assert f"`{status}`" in GUIDE
