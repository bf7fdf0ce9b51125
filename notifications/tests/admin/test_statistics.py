"""The page that shows what became of a service's messages."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from freezegun import freeze_time

from notifications.statistics.daily_status import replace_facts
from notifications.tests.statistics.facts import sent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_redis(settings):
    settings.REDIS_ENABLED = False


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(service):
    return reverse("admin:notifications_servicestatistics_change", args=[service.id])


def tables(response):
    """Return the rows of each table on a page, without empty cells."""
    page = response.content.decode().replace("\N{NON-BREAKING HYPHEN}", "-")
    found = re.findall(r"<table><thead>.*?</table>", page, re.DOTALL)
    return [
        [
            [cell for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) if cell]
            for row in re.findall(r"<tr>.*?</tr>", table)
        ]
        for table in found
    ]


@freeze_time("2026-05-10T12:00:00Z")
def test_a_service_shows_what_became_of_its_messages():
    template = TemplateFactory(name="Reminder")
    sent(template, "2026-05-10T11:00:00", "2026-05-09T11:00:00", status="delivered")
    sent(template, "2026-04-02T11:00:00", status="permanent-failure")
    sent(template, "2026-03-02T11:00:00", status="sending")
    for day in (date(2026, 4, 2), date(2026, 3, 2)):
        replace_facts(template.service_id, day)

    today, last_days, templates, this_year, last_year = tables(
        signed_in(UserFactory(support=True)).get(page_of(template.service))
    )

    assert today[:2] == [["requested", "delivered", "failed"], ["texts", "1", "1", "0"]]
    assert last_days[1] == ["texts", "2", "2", "0"]
    assert templates == [["template", "type", "used"], ["Reminder", "texts", "2"]]
    # Of emails and letters there is nothing to see.
    assert this_year == [
        ["month", "requested", "delivered", "failed"],
        ["2026-04", "1", "0", "1"],
        ["2026-05", "2", "2", "0"],
    ]
    assert [row[0] for row in last_year[1:]] == [
        *(f"2025-{month:02}" for month in range(4, 13)),
        *(f"2026-{month:02}" for month in range(1, 4)),
    ]
    assert last_year[-1] == ["2026-03", "1", "0", "0"]


def test_the_page_asks_as_often_however_much_was_sent(django_assert_max_num_queries):
    template = TemplateFactory()
    for _ in range(3):
        sent(TemplateFactory(service=template.service), "2026-05-10T11:00:00")
    client = signed_in(UserFactory(support=True))

    with django_assert_max_num_queries(20):
        response = client.get(page_of(template.service))

    assert response.status_code == 200


def test_nobody_changes_figures():
    service = ServiceFactory()

    response = signed_in(UserFactory(support=True)).post(page_of(service), {"name": "Other"})

    service.refresh_from_db()
    assert (response.status_code, service.name == "Other") == (403, False)


def test_nobody_without_the_right_sees_them():
    client = signed_in(UserFactory(platform_admin=True))

    assert client.get(page_of(ServiceFactory())).status_code == 403


def test_the_page_of_a_service_leads_to_its_statistics():
    service = ServiceFactory()

    page = signed_in(UserFactory(support=True)).get(
        reverse("admin:services_service_change", args=[service.id])
    )

    assert f'href="{page_of(service)}"' in page.content.decode()


def test_what_was_sent_lately_is_counted_once_for_the_whole_page():
    template = TemplateFactory()
    sent(template, "2026-05-10T11:00:00", "2026-05-09T11:00:00")
    client = signed_in(UserFactory(support=True))

    with freeze_time("2026-05-10T12:00:00Z"):
        replace_facts(template.service_id, date(2026, 5, 9))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(template.service)).status_code == 200

    counted = "'2026-05-10'::date::date AS bst_date"
    assert sum(counted in each["sql"] for each in asked) == 1
