import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notify_project import clock
from notify_project.models import AuditEvent
from services import members
from services.models import PersonalToken
from services.tests.api.management.client import Caller
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(email_address="amala@example.org")


def issue(capsys, *options, email="Amala@example.org"):
    call_command("issue_token", email, "--name=laptop", *options)
    return capsys.readouterr().out.strip()


def test_the_printed_token_opens_the_management_api(user, capsys):
    service = ServiceFactory()
    members.add_member(service, user, actor=None)

    caller = Caller(issue(capsys))

    assert caller.get(f"/service/{service.id}")[0] == 200
    assert caller.post("/personal-token", {"name": "other"})[1]["message"] == (
        "This token may only read"
    )
    assert AuditEvent.objects.filter(action="issue token").count() == 1


def test_what_it_may_and_how_long_can_be_chosen(user, capsys):
    service = ServiceFactory()
    members.add_member(service, user, actor=None)

    issue(capsys, "--scope=write", f"--service={service.id}", "--days=7")

    token = PersonalToken.objects.get()
    assert (token.scope, token.service) == ("write", service)
    assert clock.now() < token.expires_at <= clock.now() + timedelta(days=7)


def test_it_can_be_revoked(user, capsys):
    caller = Caller(issue(capsys))

    assert "is revoked" in issue(capsys, "--revoke")

    assert caller.get("/service")[0] == 403
    with pytest.raises(CommandError, match="has no token laptop"):
        issue(capsys, "--revoke")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--days=0"], "1 to 365"),
        (["--days=366"], "1 to 365"),
        (["--service=nope"], "is not a service's id"),
        ([f"--service={uuid.uuid4()}"], "has no service"),
        (["--scope=all"], "invalid choice"),
    ],
)
def test_what_is_wrong_is_said_and_issues_nothing(user, capsys, options, message):
    with pytest.raises(CommandError, match=message):
        issue(capsys, *options)

    assert not PersonalToken.objects.exists()


def test_an_unknown_person_and_a_name_twice_are_refused(user, capsys):
    with pytest.raises(CommandError, match="no person"):
        issue(capsys, email="nobody@example.org")
    issue(capsys)
    with pytest.raises(CommandError, match="exists already"):
        issue(capsys)


def test_a_service_of_others_cannot_be_named(user, capsys):
    with pytest.raises(CommandError, match="has no service"):
        issue(capsys, f"--service={ServiceFactory().id}")
