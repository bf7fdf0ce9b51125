from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from freezegun import freeze_time

from notify_project import clock
from notify_project.models import AuditEvent
from services.callback_secrets import RotationRefused, rotate_secret, signing_secrets
from services.callbacks import set_callback
from services.models import CallbackSigningSecret, ServiceCallbackApi
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def callback():
    service = ServiceFactory()
    url = "https://example.org/told"
    set_callback(service, "delivery_status", url=url, token="0123456789", actor=None)
    return ServiceCallbackApi.objects.get()


def secret_of(callback):
    return signing_secrets([callback.id])[callback.id].secret


def rotate(*arguments):
    out = StringIO()
    call_command("rotate_callback_secret", *arguments, stdout=out)
    return out.getvalue().strip()


def test_each_callback_has_a_secret_of_its_own_that_stays(callback):
    set_callback(
        ServiceFactory(), "complaint", url=callback.url, token=callback.bearer_token, actor=None
    )
    ids = list(ServiceCallbackApi.objects.values_list("id", flat=True))

    first, second = signing_secrets(ids), signing_secrets(ids)

    assert len({row.secret for row in first.values()}) == 2
    assert {row.secret for row in first.values()} == {row.secret for row in second.values()}


def test_the_database_never_sees_it_in_the_clear(callback):
    first = secret_of(callback)
    second = rotate_secret(callback, overlap=DAY, actor=None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret || previous FROM callback_signing_secrets")
        stored = cursor.fetchone()[0]

    assert first not in stored
    assert second not in stored


def test_a_rotation_leaves_an_audit_event_without_the_secret(callback):
    actor = UserFactory()
    with freeze_time(NOON):
        secret = rotate_secret(callback, overlap=DAY, actor=actor, reason="it leaked")

    event = AuditEvent.objects.get(action="rotate callback secret")
    assert (event.actor, event.service_id, event.reason) == (
        actor,
        callback.service_id,
        "it leaked",
    )
    assert event.after == {
        "callback_type": "delivery_status",
        "old_secret_until": "2026-06-11T12:00:00.000000Z",
    }
    assert secret not in str(event.after)


def test_a_second_rotation_waits_for_the_end_of_the_first(callback):
    with freeze_time(NOON):
        secret = rotate_secret(callback, overlap=DAY, actor=None)
        with pytest.raises(RotationRefused, match="2026-06-11T12:00"):
            rotate_secret(callback, overlap=DAY, actor=None)
        assert secret_of(callback) == secret

    with freeze_time(NOON + DAY):
        assert rotate_secret(callback, overlap=DAY, actor=None) != secret


def test_a_leaked_secret_ends_at_once(callback):
    rotate_secret(callback, overlap=DAY, actor=None)

    secret = rotate_secret(callback, overlap=timedelta(0), actor=None)

    row = CallbackSigningSecret.objects.get()
    assert row.valid_at(clock.now()) == [secret]


def test_the_command_prints_the_new_secret_and_keeps_the_old_for_the_time_set(callback, settings):
    settings.CALLBACK_OLD_SECRET_SECONDS = 3600
    before = secret_of(callback)

    with freeze_time(NOON):
        printed = rotate(str(callback.service_id), "delivery_status", "--reason", "yearly")

    row = CallbackSigningSecret.objects.get()
    assert row.valid_at(NOON + timedelta(minutes=59)) == [printed, before]
    assert row.valid_at(NOON + timedelta(minutes=60)) == [printed]
    assert AuditEvent.objects.get(action="rotate callback secret").reason == "yearly"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["none", "complaint"], "not a service's id", id="no id"),
        pytest.param(["{service}", "complaint"], "has no callback complaint", id="other type"),
        pytest.param(
            ["{service}", "delivery_status", "--overlap-hours=-1"], "from 0 to 720", id="negative"
        ),
        pytest.param(
            ["{service}", "delivery_status", "--overlap-hours=nan"], "from 0 to 720", id="no number"
        ),
    ],
)
def test_the_command_refuses_what_it_cannot_do(callback, arguments, words):
    before = secret_of(callback)

    with pytest.raises(CommandError, match=words):
        rotate(*[each.format(service=callback.service_id) for each in arguments])

    assert secret_of(callback) == before
