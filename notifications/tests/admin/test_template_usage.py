import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.statistics.daily_status import replace_facts
from notifications.statistics.rebuild import rebuild
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
URL = "/admin/template-usage/"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def look(client, **query):
    page = client.get(URL, query)
    assert page.status_code == 200
    return page


def counts(page):
    return {row["name"]: row["count"] for row in page.context["rows"]}


def test_the_use_of_a_week_says_which_days_are_complete(transactional_db, redis, recorded_tasks):
    signed_in = Client()
    signed_in.force_login(UserFactory(support=True))
    template = TemplateFactory(name="Reminder")
    for days in (0, 0, 3, 8):
        NotificationFactory(template=template, created_at=clock.now() - timedelta(days=days))
    rebuild(template.service_id, clock.london_today())

    page = look(signed_in, service=template.service_id)

    complete = {row["day"]: row["is_complete"] for row in page.context["sources"]}
    assert counts(page) == {"Reminder": 3}
    assert complete.pop(clock.london_today())
    assert len(complete) == 7
    assert not any(complete.values())
    assert "counted anew" in page.content.decode()


def test_without_redis_every_day_is_counted_anew(signed_in):
    template = TemplateFactory(name="Reminder")
    NotificationFactory(template=template)

    page = look(signed_in, service=template.service_id)

    assert counts(page) == {"Reminder": 1}
    assert not any(row["is_complete"] for row in page.context["sources"])


def test_longer_periods_come_from_the_figures_of_days_without_what_was_cancelled(signed_in):
    template = TemplateFactory(name="Reminder")
    for days, status in ((0, "delivered"), (20, "delivered"), (20, "cancelled"), (40, "sent")):
        at = clock.now() - timedelta(days=days)
        NotificationFactory(template=template, created_at=at, status=status)
        if days:
            replace_facts(template.service_id, clock.london_day(at))

    month = look(signed_in, service=template.service_id, days=30)
    year = look(signed_in, service=template.service_id, days=365)

    assert (counts(month), counts(year)) == ({"Reminder": 2}, {"Reminder": 3})


def test_all_services_show_what_they_used_most_up_to_yesterday(signed_in):
    template = TemplateFactory(name=HOSTILE)
    for days in (0, 1, 1):
        NotificationFactory(template=template, created_at=clock.now() - timedelta(days=days))

    page = look(signed_in)

    assert counts(page) == {HOSTILE: 2}
    assert HOSTILE not in page.content.decode()
    assert page.context["rows"][0]["service"] == template.service.name


def test_the_page_costs_few_queries_however_many_templates(signed_in):
    service = ServiceFactory()
    found = []
    for query in ({}, {"service": service.pk}, {"service": service.pk, "days": 30}):
        for _ in range(3):
            at = clock.now() - timedelta(days=1)
            NotificationFactory(template=TemplateFactory(service=service), created_at=at)
        with CaptureQueriesContext(connection) as queries:
            look(signed_in, **query)
        found.append(len(queries))

    assert max(found) <= 7


@pytest.mark.parametrize(("service", "status"), [("x", 404), (uuid.uuid4(), 404)])
def test_a_service_that_is_not_there_is_not_found(signed_in, service, status):
    assert signed_in.get(URL, {"service": service}).status_code == status


def test_who_may_not_see_templates_sees_no_usage():
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_service"))
    client = Client()
    client.force_login(user)

    assert client.get(URL).status_code == 403
