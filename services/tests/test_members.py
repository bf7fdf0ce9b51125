import pytest

from notify_project.models import AuditEvent
from services.members import add_member, forget_member, remove_member
from services.models import ServiceUser
from services.read_models import find_service
from services.tests.factories import ServiceFactory, ServiceUserFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_person_joins_a_team_once():
    service, user, actor = ServiceFactory(), UserFactory(), UserFactory()

    added = [add_member(service, user, actor=actor) for _ in range(2)]

    assert added == [True, False]
    assert ServiceUser.objects.get(service=service).user == user
    event = AuditEvent.objects.get(service_id=service.id)
    assert (event.action, event.actor) == ("add member", actor)
    assert event.after == {"user": str(user.id), "permissions": []}


def test_a_person_leaves_a_team_once():
    membership, actor = ServiceUserFactory(), UserFactory()
    service, user = membership.service, membership.user

    removed = [remove_member(service, user, actor=actor) for _ in range(2)]

    assert removed == [True, False]
    assert not ServiceUser.objects.filter(service=service).exists()
    assert AuditEvent.objects.get(service_id=service.id).before == {"user": str(user.id)}


def test_joining_and_leaving_change_who_may_be_written_to(
    redis, django_capture_on_commit_callbacks
):
    service, user = ServiceFactory(), UserFactory()
    before = find_service(service.id).recipients
    with django_capture_on_commit_callbacks(execute=True):
        add_member(service, user, actor=None)
    joined = find_service(service.id).recipients
    with django_capture_on_commit_callbacks(execute=True):
        remove_member(service, user, actor=None)

    assert (before, joined) == (frozenset(), {user.email_address})
    assert find_service(service.id).recipients == frozenset()


def test_a_person_who_changed_is_forgotten_in_all_their_teams(
    redis, django_capture_on_commit_callbacks
):
    user = UserFactory()
    services = [ServiceUserFactory(user=user).service for _ in range(2)]
    for service in services:
        find_service(service.id)
    user.state = "inactive"
    user.save()
    with django_capture_on_commit_callbacks(execute=True):
        forget_member(user)

    assert [find_service(service.id).recipients for service in services] == [frozenset()] * 2
