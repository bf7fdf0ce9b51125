import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notify_project import clock
from notify_project.constants import KeyType
from notify_project.versioning import save_versioned
from services import read_models
from services.models import ApiKey, CallbackType, ServiceCallbackApi, ServiceCallbackApiHistory
from services.read_models import BrandingModel, find_service, forget_service
from services.tests.factories import (
    ApiKeyFactory,
    EmailBrandingFactory,
    ServiceEmailReplyToFactory,
    ServiceFactory,
    ServiceGuestListFactory,
    ServiceSmsSenderFactory,
    ServiceUserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    """A service with something in every table."""
    service = ServiceFactory(
        name="Parking",
        custom_email_sender_name="Parking team",
        rate_limit=7,
        prefix_sms=True,
        email_branding=EmailBrandingFactory(brand_type="both", colour="#112233", text="Council"),
    )
    ApiKeyFactory(service=service, test=True)
    ServiceEmailReplyToFactory(service=service, email_address="reply@example.org", is_default=True)
    ServiceGuestListFactory(service=service, recipient="Guest@Example.com")
    ServiceGuestListFactory(service=service, recipient="07900 900124", recipient_type="mobile")
    ServiceUserFactory(
        service=service,
        user__email_address="team@example.org",
        user__mobile_number="+44 7700 900 986",
    )
    callback = ServiceCallbackApi(
        service=service,
        callback_type=CallbackType.DELIVERY_STATUS,
        url="https://example.org/told",
        bearer_token="0123456789",
    )
    save_versioned(callback, ServiceCallbackApiHistory)
    return service


def test_a_service_is_read_with_all_that_belongs_to_it(service):
    found = find_service(service.id)

    assert (found.id, found.name, found.active, found.restricted) == (
        service.id,
        "Parking",
        True,
        False,
    )
    assert (found.sender_name, found.email_sender_local_part) == ("Parking team", "parking")
    assert found.branding == BrandingModel("both", "#112233", None, "Council", None)
    assert (found.rate_limit, found.prefix_sms) == (7, True)
    assert found.daily_limits == {
        "email": 250_000,
        "sms": 250_000,
        "letter": 20_000,
        "international_sms": 100,
    }
    assert found.permissions == {"email", "sms", "letter"}
    assert [(key.key_type, key.revoked_at) for key in found.keys] == [(KeyType.TEST, None)]
    assert [(each.text, each.is_default) for each in found.sms_senders] == [("NOTIFY", True)]
    assert [(each.text, each.is_default) for each in found.reply_tos] == [
        ("reply@example.org", True)
    ]
    assert found.callback_types == {"delivery_status"}


def test_recipients_are_the_team_and_the_guests_in_normalised_form(service):
    assert find_service(service.id).recipients == {
        "team@example.org",
        "447700900986",
        "guest@example.com",
        "447900900124",
    }


def test_a_person_who_may_not_sign_in_any_more_is_no_recipient():
    membership = ServiceUserFactory(user__state="inactive")

    assert find_service(membership.service_id).recipients == frozenset()


def test_a_number_that_cannot_be_read_hides_no_other_recipient():
    membership = ServiceUserFactory(user__mobile_number="ask me")

    assert find_service(membership.service_id).recipients == {membership.user.email_address}


def test_archived_senders_are_left_out():
    sender = ServiceSmsSenderFactory(archived=True, sms_sender="OLD")

    assert [each.text for each in find_service(sender.service_id).sms_senders] == ["NOTIFY"]


def test_other_services_rows_are_left_out(service):
    other = ServiceFactory(permissions=(), default_sender=False)

    found = find_service(other.id)

    assert (found.keys, found.sms_senders, found.reply_tos) == ((), (), ())
    assert (found.permissions, found.recipients, found.callback_types) == (
        frozenset(),
        frozenset(),
        frozenset(),
    )


def test_a_cold_read_is_one_query_for_each_table(service):
    with CaptureQueriesContext(connection) as queries:
        find_service(service.id)

    tables = [query["sql"].split(' FROM "')[1].split('"')[0] for query in queries]
    assert len(tables) == len(set(tables)) == 9


def test_a_warm_read_is_no_query_and_gives_the_same(service, redis, django_assert_num_queries):
    cold = find_service(service.id)

    with django_assert_num_queries(0):
        warm = find_service(service.id)

    assert warm == cold


def test_a_warm_read_from_memory_does_not_ask_redis(service, redis_commands, settings):
    settings.READ_MODEL_SECONDS = 2
    first = find_service(service.id)
    redis_commands.clear()

    assert find_service(service.id) is first
    assert redis_commands == []


def test_a_revoked_key_keeps_its_instant_in_the_cache(redis):
    key = ApiKeyFactory(revoked=True)
    find_service(key.service_id)

    [found] = find_service(key.service_id).keys
    assert found.revoked_at == key.expiry_date


@pytest.mark.parametrize(("days", "is_known"), [(6.9, True), (7.1, False)])
def test_revoked_keys_are_remembered_for_seven_days(days, is_known):
    key = ApiKeyFactory(expiry_date=clock.now() - timedelta(days=days))

    assert bool(find_service(key.service_id).keys) is is_known


def test_a_key_whose_secret_cannot_be_decrypted_is_no_key():
    key = ApiKeyFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE api_keys SET secret = 'damaged', version = version + 1 WHERE id = %s",
            [str(key.id)],
        )

    assert ApiKey.objects.get(id=key.id).secret == ""
    assert find_service(key.service_id).keys == ()


def test_nothing_personal_or_secret_is_readable_in_redis(service, redis):
    secret = find_service(service.id).keys[0].secret

    [name] = redis.keys("cache:*")
    stored = redis.get(name)
    for personal in (secret, "team@example.org", "447700900986", "Guest", "reply@example.org"):
        assert personal.encode() not in stored


def test_nothing_personal_or_secret_is_in_the_repr(service):
    found = find_service(service.id)

    text = repr(found)

    assert found.keys[0].secret not in text
    assert "team@example.org" not in text


def test_a_change_is_seen_once_it_is_committed(
    service, redis, settings, django_capture_on_commit_callbacks
):
    settings.READ_MODEL_SECONDS = 60
    find_service(service.id)
    ServiceGuestListFactory(service=service, recipient="new@example.com")
    with django_capture_on_commit_callbacks() as callbacks:
        forget_service(service.id)
    before = find_service(service.id).recipients
    for callback in callbacks:
        callback()

    assert "new@example.com" not in before
    assert "new@example.com" in find_service(service.id).recipients


def test_a_copy_of_another_format_is_read_again_from_the_database(service, redis):
    stored = read_models.encrypt('{"id": "x"}')
    redis.set(f"cache:service-{read_models.FORMAT}:{service.id}", f"9999999999 {stored}")

    assert find_service(service.id).name == "Parking"


def test_a_copy_encrypted_with_a_forgotten_key_is_read_again(service, redis, settings):
    find_service(service.id)
    settings.ENCRYPTION_KEYS = ["b3RoZXItdGVzdHMtb25seS0zMi1ieXRlcy1sb25nISE="]

    found = find_service(service.id)

    assert found.name == "Parking"
    assert found.keys == ()


def test_without_redis_the_service_comes_from_the_database(service):
    assert find_service(service.id).name == "Parking"


def test_a_service_that_does_not_exist_is_remembered_only_in_the_process(
    redis, settings, django_assert_num_queries
):
    settings.READ_MODEL_SECONDS = 2
    nobody = uuid.uuid4()
    found = find_service(nobody)

    with django_assert_num_queries(0):
        again = find_service(nobody)

    assert (found, again) == (None, None)
    assert redis.keys("cache:*") == []
