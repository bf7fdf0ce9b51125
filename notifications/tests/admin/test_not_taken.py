"""The page of what a provider did not take."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from notifications.models import DeliveryEvent
from notifications.tests.factories import NotificationFactory, ProviderDetailsFactory
from services.tests.factories import UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis")]
NOW = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with freeze_time(NOW):
        yield


@pytest.fixture
def provider():
    return ProviderDetailsFactory(identifier="mmg")


@pytest.fixture
def client():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def url(provider):
    return f"/admin/notifications/providerdetails/{provider.pk}/not-taken/"


def failed(message, at=NOW, count=1):
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            notification_id=message.id,
            at=at - n * timedelta(seconds=1),
            kind="attempt",
            attempt=1,
            provider="mmg",
            outcome="not-taken",
            code="503",
            is_applied=True,
        )
        for n in range(count)
    )


def test_the_last_day_is_shown_with_services_and_messages(client, provider):
    message = NotificationFactory(template=TemplateFactory(service__name="Library"))
    failed(message)
    old = NotificationFactory()
    failed(old, NOW - timedelta(days=2))

    words = client.get(url(provider)).content.decode()

    assert "Library" in words
    assert f"/admin/notifications/notification/{message.id}/change/" in words
    assert f"/admin/services/service/{message.service_id}/overview/" in words
    assert "503" in words
    assert str(old.id) not in words
    assert message.to not in words


def test_a_time_is_chosen_in_london(client, provider):
    failed(NotificationFactory(), datetime(2026, 7, 1, 9, 30, tzinfo=UTC))

    def rows(since, until):
        page = client.get(url(provider), {"since": since, "until": until})
        return len(page.context["rows"])

    assert rows("2026-07-01T10:30", "2026-07-01T10:31") == 1
    assert rows("2026-07-01T09:30", "2026-07-01T09:31") == 0


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("yesterday", "2026-07-01T10:31", "Enter a valid date/time"),
        ("2026-07-01T10:31", "", "This field is required"),
        ("2026-07-01T10:31", "2026-07-01T10:31", "The end is not after the beginning"),
    ],
)
def test_times_that_make_no_sense_are_said_and_nothing_is_read(
    client, provider, since, until, words
):
    failed(NotificationFactory())

    page = client.get(url(provider), {"since": since, "until": until})

    assert words in page.content.decode()
    assert page.context["rows"] == []


def test_pages_go_on_with_few_queries_each(client, provider):
    failed(NotificationFactory(), count=60)
    client.get(url(provider))

    with CaptureQueriesContext(connection) as queries:
        first = client.get(url(provider))
    second = client.get(first.context["older"])

    assert len(queries) <= 15
    assert [len(page.context["rows"]) for page in (first, second)] == [50, 10]
    assert second.context["older"] == ""


@pytest.mark.parametrize("older", ["x", "1.x", "1", "9" * 40 + ".1", f"1.{2**63}", "-1.-1"])
def test_a_place_that_there_is_not_is_the_first_page(client, provider, older):
    failed(NotificationFactory())
    place = {"since": "2026-11-30T00:00", "until": "2026-12-01T00:00", "older": older}

    assert len(client.get(url(provider), place).context["rows"]) == 1


@pytest.mark.parametrize(
    ("rights", "status"),
    [
        ([], 403),
        (["view_providerdetails"], 403),
        (["view_notification"], 403),
        (["view_providerdetails", "view_notification"], 200),
    ],
)
def test_it_takes_the_rights_to_see_providers_and_messages(provider, rights, status):
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)

    assert client.get(url(provider)).status_code == status


def test_the_page_of_the_provider_leads_there(client, provider):
    page = f"/admin/notifications/providerdetails/{provider.pk}/change/"

    assert url(provider) in client.get(page).content.decode()
