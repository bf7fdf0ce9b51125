"""The list of messages: what its filters find, and how it is paged through."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from notifications.tests.factories import JobFactory, NotificationFactory, ProviderDetailsFactory
from notify_project import clock
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
URL = "/admin/notifications/notification/"


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def ids_on(client, query=""):
    page = client.get(f"{URL}?{query}").content.decode()
    return re.findall(rf'href="{URL}([0-9a-f-]{{36}})/change', page)


def test_filters_narrow_the_list_down_together(signed_in):
    template = TemplateFactory(name="Reminder")
    other = TemplateFactory(service=template.service, email=True)
    job = JobFactory(template=template)
    key = ApiKeyFactory(service=template.service)
    provider = ProviderDetailsFactory(identifier="acme")
    now = clock.now()
    wanted = NotificationFactory(
        template=template, status="delivered", sent_by=provider.identifier, api_key=key
    )
    row_of_job = NotificationFactory(template=template, job=job, job_row_number=0)
    old = NotificationFactory(template=other, created_at=now - timedelta(days=40))
    test = NotificationFactory(template=other, research=True, client_reference="order 7")
    elsewhere = NotificationFactory(status="technical-failure", lane="bulk")

    service = f"service__id__exact={template.service_id}"
    found = {
        query: set(ids_on(signed_in, query))
        for query in (
            "status=delivered",
            "status=failed",
            "status=waiting&period=today",
            "notification_type=email&period=week",
            service,
            f"{service}&template={other.id}",
            f"{service}&template={template.id}&status=delivered&key_type=normal",
            f"template={template.id}&{service}&notification_type=email",
            "provider=acme",
            "key_type=test",
            "lane=bulk",
            "reference=order+7",
            f"job={job.id}",
            f"api_key={key.id}&lane=normal",
            "period=yesterday",
            f"from={now.date() - timedelta(days=41)}&to={now.date() - timedelta(days=39)}",
        )
    }

    expected = [
        {wanted},
        {elsewhere},
        {row_of_job, test},
        {test},
        {wanted, row_of_job, old, test},
        {old, test},
        {wanted},
        set(),
        {wanted},
        {test},
        {elsewhere},
        {test},
        {row_of_job},
        {wanted},
        set(),
        {old},
    ]
    assert list(found.values()) == [{str(row.id) for row in rows} for rows in expected]


def test_pages_follow_each_other_without_gaps_though_many_rows_have_one_time(signed_in):
    template = TemplateFactory()
    now = clock.now()
    rows = [NotificationFactory(template=template, created_at=now) for _ in range(60)]
    rows += [NotificationFactory(template=template, created_at=now - timedelta(hours=1))]
    expected = [str(r.id) for r in sorted(rows, key=lambda r: (r.created_at, r.id), reverse=True)]

    for query in ("", f"service__id__exact={template.service_id}", "status=created"):
        first = signed_in.get(f"{URL}?{query}").content.decode()
        older = unescape(re.search(r'rel="next" href="\?([^"]+)"', first).group(1))
        second = signed_in.get(f"{URL}?{older}").content.decode()

        assert ids_on(signed_in, query) + ids_on(signed_in, older) == expected
        assert "50 shown" in first
        assert "11 shown, that is all the older ones" in second


def test_what_is_typed_in_the_search_box_is_an_exact_value(signed_in):
    wanted = NotificationFactory(client_reference="order 7", reference="provider-1")
    NotificationFactory(client_reference="order 70")

    found = [ids_on(signed_in, f"q={term}") for term in ("order 7", "provider-1", wanted.id, "x")]

    assert found == [[str(wanted.id)]] * 3 + [[]]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("job=pigeon", "This is no id"),
        ("status=pigeon", "There is no such choice"),
        ("from=pigeon", "A day is written like"),
        ("to=9999-12-31", "A day is written like"),
        ("period=pigeon", "There is no such period"),
    ],
)
def test_what_cannot_be_read_is_said_and_finds_nothing(signed_in, query, words):
    NotificationFactory()

    page = signed_in.get(f"{URL}?{query}")

    assert page.status_code == 200
    assert words in page.content.decode()
    assert ids_on(signed_in, query) == []


@pytest.mark.parametrize(
    "older", ["pigeon", "1.2.3", "1" + "0" * 30 + ".0a1b2c3d000040008000000000000007"]
)
def test_a_place_that_is_none_begins_again(signed_in, older):
    answer = signed_in.get(f"{URL}?older={older}")

    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?e=1")


def test_a_recipient_is_hinted_at_to_those_who_may_see_it(signed_in):
    NotificationFactory(to="07700 900123")
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_notification"))
    other = Client()
    other.force_login(user)

    with_right, without = (client.get(URL).content.decode() for client in (signed_in, other))

    assert "••• 123" in with_right
    assert "•••" not in without
    assert "07700" not in with_right + without


def test_hostile_names_are_inert(signed_in):
    service = ServiceFactory(name="<script>alert(1)</script>")
    template = TemplateFactory(service=service, name="<img src=x onerror=alert(2)>")
    NotificationFactory(template=template)

    page = signed_in.get(f"{URL}?service__id__exact={service.id}").content.decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert reverse("admin:notifications_notification_changelist") == URL
