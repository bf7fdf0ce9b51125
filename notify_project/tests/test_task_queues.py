"""Queues and failed tasks, on their pages and by the command."""

import ast
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from notify_project import task_queues
from notify_project.constants import Queue
from notify_project.models import AuditEvent
from services.tests.factories import UserFactory

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

HOME = "/admin/django_rq/dashboard/"
RECIPIENT = "zoe@example.com"


def broken(*_):
    """Fail as a task does that names somebody."""
    raise ValueError(f"cannot send to {RECIPIENT}")


def operations():
    client = Client()
    client.force_login(UserFactory(roles=["operations"], platform_admin=True))
    return client


def fail_one(redis, *args):
    """Let a task fail for good, and return its id."""
    queue = Queue.PRIORITY.value
    job = Job.create(broken, args=args, connection=redis, origin=queue, serializer=JSONSerializer)
    job.save()
    redis.rpush(f"rq:queue:{queue}", job.id)
    redis.sadd("rq:queues", f"rq:queue:{queue}")
    SimpleWorker([queue], connection=redis, serializer=JSONSerializer).work(burst=True)
    return job.id


def test_the_page_shows_queues_and_that_nobody_works(redis):
    page = operations().get(HOME).content.decode()

    assert all(f">{queue.value}</th>" in page for queue in Queue)
    assert "No worker runs" in page


def test_a_failed_task_is_shown_without_what_its_error_said(redis):
    task_id = fail_one(redis, "0b0b0b0b-1111-4222-8333-444444444444", "x" * 200)
    client = operations()

    home = client.get(HOME).content.decode()
    page = client.get(f"{HOME}priority/").content.decode()

    assert "1 failed tasks of priority" in home
    assert task_id in page
    assert "ValueError" in page
    assert "0b0b0b0b-1111-4222-8333-444444444444 (sealed, 200 characters)" in page
    assert RECIPIENT not in page
    assert "x" * 65 not in page


def test_a_task_runs_again_for_a_reason(redis):
    task_id = fail_one(redis, "1")
    client = operations()
    url = f"{HOME}priority/{task_id}/again/"

    refused = client.post(url, {"reason": " "})
    before = redis.llen("rq:queue:priority")
    done = client.post(url, {"reason": "the provider is back"})

    event = AuditEvent.objects.get()
    assert (refused.status_code, before) == (200, 0)
    assert (done.status_code, redis.llen("rq:queue:priority")) == (302, 1)
    assert (event.action, event.subject_id) == ("run task again", "queue priority")
    assert (event.after["task"], event.reason) == (task_id, "the provider is back")


def test_a_task_is_dropped_unless_it_is_the_only_copy_of_a_message(redis):
    task_id = fail_one(redis, "1")
    kept = fail_one(redis, "x" * 200)
    client = operations()

    client.post(f"{HOME}priority/{task_id}/drop/", {"reason": "too old"})
    refused = client.post(f"{HOME}priority/{kept}/drop/", {"reason": "too old"})

    tasks, count = task_queues.failed_tasks("priority")
    assert ([task.id for task in tasks], count) == ([kept], 1)
    assert "It carries what is nowhere else" in refused.content.decode()
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing/", 404),
        ("priority/", 200),
        ("priority/?page=-1", 200),
        ("priority/?page=99999999999999999999", 200),
        ("priority/1/again/", 200),
        ("priority/1/burn/", 404),
        ("<script>/", 404),
    ],
)
def test_odd_addresses_are_answered(redis, path, status):
    answer = operations().get(HOME + path)

    assert answer.status_code == status
    assert b"<script>/" not in answer.content


def test_a_task_that_did_not_fail_is_not_touched(redis):
    answer = operations().post(f"{HOME}priority/1/again/", {"reason": "why not"})

    assert "It is not among the failed tasks" in answer.content.decode()
    assert not AuditEvent.objects.exists()


def test_without_redis_the_page_says_so(db):
    answer = operations().get(HOME)

    assert answer.status_code == 503
    assert "Redis does not answer" in answer.content.decode()


@pytest.mark.parametrize("roles", [["support"], ["read-only"], ["billing"], ["service-member"]])
def test_other_roles_do_not_see_queues(redis, roles):
    task_id = fail_one(redis, "1")
    client = Client()
    staff = roles != ["service-member"]
    client.force_login(UserFactory(roles=roles, platform_admin=staff))

    for path in ("", "priority/"):
        assert client.get(HOME + path).status_code == 403
    step = client.post(f"{HOME}priority/{task_id}/drop/", {"reason": "r"})
    assert step.status_code in {403, 404}
    assert task_queues.failed_tasks("priority")[1] == 1


def test_the_pages_of_the_library_are_not_reachable():
    client = operations()

    for path in ("stats.json", "queues/0/", "queues/0/empty/", "workers/0/", "metrics"):
        assert client.get(HOME + path).status_code in {403, 404, 503}
    assert client.post(f"{HOME}queues/0/empty/").status_code in {403, 404, 503}


def test_the_command_lists_runs_again_and_drops(redis, capsys):
    first, second = (fail_one(redis, "1") for _ in range(2))

    call_command("failed_tasks", "priority")
    listed = capsys.readouterr().out
    call_command("failed_tasks", "priority", again=first, reason="r")
    call_command("failed_tasks", "priority", drop=second, reason="r")

    assert first in listed
    assert "2 failed" in listed
    assert RECIPIENT not in listed
    assert task_queues.failed_tasks("priority") == ([], 0)
    with pytest.raises(CommandError):
        call_command("failed_tasks", "priority", again=first)


# What tasks are told: ids, days, places of rows, words and numbers of providers; ``sealed`` is
# encrypted, and ``detail`` a provider's code.
ARGUMENTS = frozenset(
    {
        *("job_id", "notification_id", "service_id", "correlation_id", "report_id"),
        *("reference", "references", "provider_name", "status", "status_if_pending", "detail"),
        *("first", "last", "sheets", "attempt", "day", "now", "slot", "lane", "name", "sealed"),
    }
)


def _tasks():
    """Yield each task of the product with the names of its arguments."""
    root = Path(django_settings.BASE_DIR)
    for app in ("billing", "notifications", "notify_project", "services", "templates_app"):
        for path in sorted((root / app).glob("**/tasks.py")):
            if "tests" not in path.parts:
                yield from _functions(path)


def _functions(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{path.parent.name}.{node.name}", {each.arg for each in node.args.args}


def test_tasks_are_told_nothing_that_is_personal():
    found = dict(_tasks())

    assert len(found) > 40
    assert {name: more for name, names in found.items() if (more := names - ARGUMENTS)} == {}
