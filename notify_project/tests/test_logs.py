import json
import logging
import os
import subprocess
import sys

import pytest
from django.test import Client

from notify_project import logs, queues
from notify_project.constants import Queue
from notify_project.logs import JsonFormatter, RequestId
from notify_project.queues import enqueue
from notify_project.tests import waiting_tasks

ID = "463ac35c9f6413ad48485a3953bb6124"


def record(message, *args, **values):
    made = logging.makeLogRecord(
        {"name": "notify", "levelname": "INFO", "msg": message, "args": args, **values}
    )
    assert RequestId().filter(made)
    return made


def as_json(made):
    line = JsonFormatter().format(made)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_is_an_object():
    made = record("%s is ready", "a\nb", created=1764072000.5, process=7)

    with logs.belonging_to(ID):
        RequestId().filter(made)

    assert as_json(made) == {
        "time": "2025-11-25T12:00:00.500000+00:00",
        "level": "INFO",
        "logger": "notify",
        "message": "a\nb is ready",
        "request_id": ID,
        "process": 7,
    }


def test_a_line_has_the_traceback_of_an_error():
    try:
        {}["nothing there"]
    except KeyError:
        made = record("failed", exc_info=sys.exc_info())

    assert as_json(made)["traceback"].endswith("KeyError: 'nothing there'")


def test_text_that_is_no_unicode_is_logged_all_the_same():
    assert as_json(record("\ud800"))["message"] == "\ud800"


def test_outside_of_requests_there_is_no_id():
    assert record("hello").request_id == "-"


def test_an_id_ends_with_what_belongs_to_it():
    with logs.belonging_to("outer"):
        with logs.belonging_to("inner"):
            inside = logs.request_id()
        after = logs.request_id()

    assert (inside, after, logs.request_id()) == ("inner", "outer", "")


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_task_goes_on_under_the_id_of_the_request_that_queued_it(run_tasks):
    waiting_tasks.ran.clear()
    with logs.belonging_to(ID):
        enqueue(waiting_tasks.note_request, "a", queue=Queue.NORMAL)

    run_tasks("normal")

    assert waiting_tasks.ran == [ID]
    assert logs.request_id() == ""


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_task_that_no_request_queued_has_its_own_id(run_tasks):
    waiting_tasks.ran.clear()
    enqueue(waiting_tasks.note_request, "a", queue=Queue.NORMAL, task_id="the-task")

    run_tasks("normal")

    assert waiting_tasks.ran == ["the-task"]


@pytest.mark.django_db
def test_what_a_request_logs_and_queues_has_the_id_that_its_answer_shows(monkeypatch):
    seen = []
    monkeypatch.setattr(queues, "intercept", lambda *_: seen.append(logs.request_id()) or True)

    response = Client().post(
        "/notifications/sms/mmg",
        {"CID": "b51f638b-4295-46e0-a06e-cd41eee7c33b", "status": "3"},
        content_type="application/json",
        headers={"x-b3-traceid": ID},
    )

    assert response.status_code == 200
    assert (seen, response["X-B3-TraceId"]) == ([ID], ID)
    assert logs.request_id() == ""


@pytest.mark.parametrize("chosen", ["text", "json"])
def test_the_settings_choose_the_form(chosen):
    line = logged_with(chosen).stderr.splitlines()[-1]

    if chosen == "json":
        assert json.loads(line)["message"] == "hello"
    else:
        assert line.endswith(" INFO notify - hello")


def test_another_form_is_refused():
    assert "LOG_FORMAT must be text or json." in logged_with("yaml").stderr


def logged_with(log_format):
    code = "import django, logging; django.setup(); logging.getLogger('notify').info('hello')"
    env = {
        **os.environ,
        "LOG_FORMAT": log_format,
        "DJANGO_SETTINGS_MODULE": "notify_project.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
