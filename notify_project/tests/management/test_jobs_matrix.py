"""Every operation of the sending, every role, own and other service: who may, and the audit."""

from datetime import timedelta

import pytest

from notifications.models import Job
from notifications.tests.api.management.conftest import upload
from notifications.tests.jobs.conftest import Mailings, texts
from notify_project import clock
from notify_project.models import AuditEvent
from services import members, personal_tokens
from services.models import MemberPermission
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
WORDS = frozenset(MemberPermission.Name.values)


class World:
    """A service with a stored file, and with jobs of which each can be steered in one way."""

    def __init__(self):
        self.template = TemplateFactory()
        self.stored = Mailings().upload(texts(1), self.template, "stored.csv").job_id
        self.scheduled = self._job("scheduled", scheduled_for=clock.now() + timedelta(days=1))
        self.running = self._job("in progress")
        self.paused = self._job("paused")

    def _job(self, status, **columns):
        job = Mailings().create(texts(1), self.template, name=f"{status}.csv")
        Job.objects.filter(id=job.id).update(job_status=status, **columns)
        return job.id

    def below(self, rest):
        return f"/service/{self.template.service_id}/job{rest}"


def ask_report(caller, world):
    token = f"Bearer {caller.token}"
    path = world.below(f"/{world.running}/report")
    response = caller.client.get(path, HTTP_AUTHORIZATION=token)
    return response.status_code, None if response.streaming else response.json()


# name -> (how it is asked, what it needs).
OPERATIONS = {
    "service-upload-create": (lambda c, w: upload(c, w.template, texts(1)), "send_texts"),
    "service-job-list": (lambda c, w: c.get(w.below("")), "view_activity"),
    "service-job-retrieve": (lambda c, w: c.get(w.below(f"/{w.running}")), "view_activity"),
    "service-job-report": (ask_report, "view_activity"),
    "service-job-create": (lambda c, w: c.post(w.below(""), {"id": str(w.stored)}), "send_texts"),
    "service-job-cancel": (lambda c, w: c.post(w.below(f"/{w.scheduled}/cancel")), "send_texts"),
    "service-job-pause": (lambda c, w: c.post(w.below(f"/{w.running}/pause")), "send_texts"),
    "service-job-resume": (lambda c, w: c.post(w.below(f"/{w.paused}/resume")), "send_texts"),
}
READS = {name for name, (_, need) in OPERATIONS.items() if need == "view_activity"}


@pytest.fixture
def world(files, recorded_tasks):
    return World()


def statuses(caller, world):
    """Ask everything, and return the status of each answer; refusals change nothing."""
    found = {}
    for name, (ask, _) in OPERATIONS.items():
        before = AuditEvent.objects.count()
        status, answer = ask(caller, world)
        found[name] = status
        if status >= 400:
            assert answer["result"] == "error", name
            assert AuditEvent.objects.count() == before, name
    return found


def test_support_staff_may_and_writes_are_audited(world):
    caller = support()
    before = [event.id for event in AuditEvent.objects.all()]

    assert set(statuses(caller, world).values()) <= {200, 201}
    events = AuditEvent.objects.exclude(id__in=before)
    assert sorted(event.action for event in events) == [
        "cancel job",
        "create job",
        "download report",
        "pause job",
        "resume job",
        "upload recipients",
    ]
    assert {event.actor_id for event in events} == {caller.user.id}
    assert {event.service_id for event in events} == {world.template.service_id}
    assert all(event.request_id for event in events)


@pytest.mark.parametrize("need", ["send_texts", "view_activity"])
def test_just_the_permission_is_enough_and_all_others_are_not(world, need):
    service = world.template.service
    others = statuses(member(service, *WORDS - {need}), world)
    enough = statuses(member(service, need), world)

    for name, (_, needed) in OPERATIONS.items():
        if needed == need:
            assert (others[name], enough[name] in {200, 201}) == (403, True), name
        else:
            assert enough[name] == 403, name


def test_other_services_and_tokens_for_others_find_nothing(world):
    stranger, other = member(ServiceFactory(), *WORDS), ServiceFactory()
    caller = member(world.template.service, *WORDS, service=other)
    members.add_member(other, caller.user, actor=None, permissions=WORDS)

    for each in (stranger, caller):
        assert set(statuses(each, world).values()) == {404}


def test_a_token_for_reading_changes_nothing(world):
    found = statuses(support(scope="read"), world)

    assert {name for name, status in found.items() if status == 200} == READS
    assert {found[name] for name in OPERATIONS.keys() - READS} == {403}


@pytest.mark.parametrize("how", ["none", "revoked", "left", "wrong"])
def test_nobody_else_may(world, how):
    caller = member(world.template.service, *WORDS)
    if how == "none":
        caller.token = ""
    elif how == "revoked":
        personal_tokens.revoke(caller.issued, actor=None)
    elif how == "left":
        type(caller.user).objects.filter(id=caller.user.id).update(state="inactive")
    else:
        caller.token += "x"

    assert set(statuses(caller, world).values()) <= {401, 403}
