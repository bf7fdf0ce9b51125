import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notify_project import clock
from notify_project.models import AuditEvent
from services.api_keys import InvalidKey, issue, revoke
from services.creating import archive_service
from services.models import ApiKey, ApiKeyHistory, Service
from services.read_models import find_service
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory()


def test_a_key_is_shown_once_as_name_service_and_secret(service):
    issued = issue(service, "Clé d'accès", "normal", actor=None)

    assert issued.shown_once == f"cle_dacces-{service.id}-{issued.key.secret}"
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f-]{16}", issued.key.secret
    )
    assert issued.shown_once not in repr(issued)
    assert issued.key.secret not in repr(issued)


def test_a_key_is_stored_with_its_first_version_and_an_audit_event(service):
    actor = UserFactory()
    issued = issue(service, "live", "team", actor=actor)

    key = ApiKey.objects.get(id=issued.key.id)
    assert (key.name, key.key_type, key.expiry_date, key.version) == ("live", "team", None, 1)
    assert ApiKeyHistory.objects.filter(id=key.id).values_list("version", flat=True).get() == 1
    event = AuditEvent.objects.get(subject_id=str(key.id))
    assert (event.action, event.actor, event.service_id) == ("issue key", actor, service.id)
    assert key.secret not in str(event.after)


def test_the_secret_is_stored_encrypted_in_key_and_history(service):
    issued = issue(service, "live", "normal", actor=None)

    with connection.cursor() as cursor:
        for table in ("api_keys", "api_keys_history"):
            cursor.execute(f"SELECT secret FROM {table} WHERE id = %s", [str(issued.key.id)])
            assert issued.key.secret not in cursor.fetchone()[0]


def test_a_secret_may_be_given(service):
    secret = str(uuid.uuid4())

    assert issue(service, "live", "normal", actor=None, secret=secret).key.secret == secret


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        "070DC084-6FAE-41DE-8CFD-929DBD4F302D",
        "0e4614548cbd4ca0a3026506ee697c10",
        "7e916b80-e89b-11f1-84e2-02fc00000001",
        "00000000-0000-0000-0000-000000000000",
        "{18da95a6-54b8-4c22-9f72-4cdf909846eb}",
    ],
)
def test_a_secret_that_is_no_lower_case_uuid_of_version_4_is_refused(service, secret):
    with pytest.raises(InvalidKey):
        issue(service, "live", "normal", actor=None, secret=secret)

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "!!!", "日本", "x" * 256])
def test_a_name_that_cannot_be_shown_or_stored_is_refused(service, name):
    with pytest.raises(InvalidKey):
        issue(service, name, "normal", actor=None)

    assert not ApiKey.objects.exists()


def test_an_unknown_type_is_refused(service):
    with pytest.raises(InvalidKey, match="live is not a type of key"):
        issue(service, "live", "live", actor=None)


def test_a_name_is_unique_among_keys_that_are_not_revoked(service):
    first = issue(service, "live", "normal", actor=None)
    with pytest.raises(InvalidKey, match="live exists already"):
        issue(service, "live", "test", actor=None)
    revoke(first.key, actor=None)

    assert issue(service, "live", "test", actor=None).key.key_type == "test"


def test_another_service_may_use_the_name(service):
    issue(service, "live", "normal", actor=None)

    assert issue(ServiceFactory(), "live", "normal", actor=None).key.name == "live"


def test_a_secret_serves_one_key_only(service):
    first = issue(service, "live", "normal", actor=None)

    with pytest.raises(InvalidKey, match="secret is in use"):
        issue(ServiceFactory(), "live", "normal", actor=None, secret=first.key.secret)

    assert AuditEvent.objects.count() == 1


def test_an_archived_service_gets_no_key():
    with pytest.raises(InvalidKey, match="archived"):
        issue(ServiceFactory(archived=True), "live", "normal", actor=None)


def test_a_service_archived_since_it_was_read_gets_no_key(service):
    archive_service(Service.objects.get(id=service.id), actor=None)

    with pytest.raises(InvalidKey, match="archived"):
        issue(service, "live", "normal", actor=None)

    assert not ApiKey.objects.exists()


def test_revoking_sets_the_instant_and_records_who_did_it(service):
    key = issue(service, "live", "normal", actor=UserFactory()).key
    actor = UserFactory(support=True)
    with freeze_time("2026-03-02T12:00:00Z"):
        revoked = revoke(key, actor=actor)
        now = clock.now()

    assert (revoked.expiry_date, revoked.version) == (now, 2)
    history = ApiKeyHistory.objects.get(id=key.id, version=2)
    assert (history.expiry_date, history.created_by_id) == (now, actor.id)
    assert ApiKey.objects.get(id=key.id).created_by == key.created_by
    event = AuditEvent.objects.get(action="revoke key")
    assert (event.actor, event.actor_kind) == (actor, "support")


@pytest.mark.parametrize("days", [-1, 1])
def test_revoking_again_keeps_the_first_time(days):
    key = ApiKeyFactory(expiry_date=clock.now() + timedelta(days=days))

    revoked = revoke(key, actor=None)

    assert (revoked.expiry_date, revoked.version) == (key.expiry_date, 1)
    assert not AuditEvent.objects.exists()


def test_issuing_and_revoking_are_seen_by_authentication_once_committed(
    service, redis, django_capture_on_commit_callbacks
):
    find_service(service.id)
    with django_capture_on_commit_callbacks(execute=True):
        key = issue(service, "live", "normal", actor=None).key
    issued = find_service(service.id).keys
    with django_capture_on_commit_callbacks(execute=True):
        revoke(key, actor=None)
    revoked = find_service(service.id).keys

    assert [(each.id, each.revoked_at is None) for each in issued] == [(key.id, True)]
    assert [(each.id, each.revoked_at is None) for each in revoked] == [(key.id, False)]
