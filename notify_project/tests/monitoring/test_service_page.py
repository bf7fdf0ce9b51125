import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.allowances import set_allowance
from billing.budgets import set_budget
from billing.models import FactBilling
from notifications.models import FailingEndpoint, Hold
from notifications.statistics import shown_counts
from notifications.statistics.kept_counts import count_lately
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
)
from notify_project import clock
from services.callbacks import set_callback
from services.models import Service, ServiceUser
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


def allowed(*codenames):
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def url(service):
    return f"/admin/services/service/{service.pk}/overview/"


def look(client, service, **query):
    page = client.get(url(service), query)
    assert page.status_code == 200
    return page


def use(service, **values):
    """Store a day of texts that cost 2 pence each."""
    FactBilling.objects.create(
        **{
            "bst_date": clock.london_today(),
            "template_id": uuid.uuid4(),
            "service_id": service.id,
            "notification_type": "sms",
            "provider": "mmg",
            "rate_multiplier": 1,
            "international": False,
            "rate": Decimal("0.02"),
            "postage": "none",
            "billable_units": 150,
            "notifications_sent": 150,
            **values,
        }
    )


def test_messages_are_counted_by_day_and_status_and_lead_to_their_list(signed_in):
    template = TemplateFactory()
    now = clock.now()
    for status, days in (("delivered", 0), ("permanent-failure", 1), ("delivered", 20)):
        NotificationFactory(template=template, status=status, created_at=now - timedelta(days))

    week = look(signed_in, template.service)
    statuses = {row["status"]: row for row in week.context["statuses"]}

    assert {name: row["count"] for name, row in statuses.items()} == {
        "delivered": 1,
        "permanent-failure": 1,
    }
    assert f"service__id__exact={template.service.id}" in statuses["delivered"]["link"]
    [texts] = [row for row in week.context["types"] if row["name"] == "texts"]
    assert (texts["share"], texts["is_bad"]) == ("50.0%", True)


def test_a_longer_period_can_be_chosen_and_no_other(signed_in):
    service = ServiceFactory()

    assert [look(signed_in, service, days=n).context["days"] for n in ("30", "7", "x", "9")] == [
        30,
        7,
        7,
        7,
    ]


def test_spend_is_shown_with_what_is_left_of_the_allowance_and_the_budget(signed_in):
    service = ServiceFactory()
    set_allowance(service, 100, actor=None)
    set_budget(service, "month", Decimal(9), actor=None)
    use(service)
    use(ServiceFactory())

    spend = look(signed_in, service).context["spend"]

    assert (spend.spent, spend.allowance, spend.allowance_left) == (Decimal("1.00"), 100, 0)
    assert spend.budgets == {"month": Decimal(9)}


def test_callbacks_show_whether_they_are_answered(signed_in):
    service = ServiceFactory()
    for kind in ("delivery_status", "complaint"):
        set_callback(service, kind, url="https://service.example", token="0123456789", actor=None)
    now = clock.now()
    FailingEndpoint.objects.create(
        service=service,
        callback_type="complaint",
        failures=3,
        first_failed_at=now,
        last_failed_at=now,
        last_error="ConnectTimeout",
    )
    CallbackDeliveryFactory(service=service)
    CallbackDeliveryFactory(service=service, state="done")

    shown = {row.callback_type: row for row in look(signed_in, service).context["callbacks"]}

    assert (shown["delivery_status"].waiting, shown["delivery_status"].failing_since) == (1, None)
    assert (shown["complaint"].waiting, shown["complaint"].last_error) == (0, "ConnectTimeout")


def test_keys_show_when_they_were_last_used(signed_in):
    key = ApiKeyFactory()
    row = NotificationFactory(template=TemplateFactory(service=key.service), api_key=key)

    [shown] = look(signed_in, key.service).context["keys"]

    assert shown.last_used_at == row.created_at


def test_the_page_of_what_is_held_says_so_to_who_may_see_holds(signed_in):
    template = TemplateFactory()
    held, other = template.service, ServiceFactory()
    kinds = (("service", held.id), ("template", template.id))
    for kind, key in kinds:
        Hold.objects.create(kind=kind, key=key, service_id=held.id, reason=HOSTILE)

    words = look(signed_in, held).content.decode()
    without = look(signed_in, other).content.decode()
    blind = look(allowed("view_service"), held).content.decode()

    assert f"Service {held.name} held since" in words
    assert f"Template of {held.name} held since" in words
    assert HOSTILE not in words
    assert "Held back" not in without + blind


def test_the_page_costs_few_queries_however_much_there_is(signed_in):
    service = ServiceFactory()
    counts = []
    for _ in range(2):
        for _ in range(4):
            ServiceUser.objects.create(service=service, user=UserFactory())
            key = ApiKeyFactory(service=service)
            template = TemplateFactory(service=service)
            NotificationFactory(template=template, api_key=key)
            JobFactory(template=template)
            use(service)
        with CaptureQueriesContext(connection) as queries:
            look(signed_in, service, days=30)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 15


def test_hostile_names_are_inert(signed_in):
    service = ServiceFactory(name=HOSTILE)
    ApiKeyFactory(service=service, name=HOSTILE)
    JobFactory(template=TemplateFactory(service=service, name=HOSTILE))

    assert HOSTILE not in look(signed_in, service).content.decode()


def test_cards_are_shown_to_who_may_see_the_pages_behind_them():
    key = ApiKeyFactory(name="Key of the tills")
    use(key.service)
    few, more = allowed("view_service"), allowed("view_service", "view_apikey", "view_factbilling")

    assert "Key of the tills" not in look(few, key.service).content.decode()
    assert look(few, key.service).context["spend"] is None
    assert "Key of the tills" in look(more, key.service).content.decode()
    assert look(more, key.service).context["spend"].spent


@pytest.mark.parametrize("client", [Client, allowed], ids=["stranger", "without the right"])
def test_nobody_else_gets_the_page(client):
    assert client().get(url(ServiceFactory())).status_code in {302, 403}


def test_a_service_that_is_not_there_is_not_found(signed_in):
    assert signed_in.get(url(Service(pk=uuid.uuid4()))).status_code == 404


def test_the_list_and_the_settings_lead_to_the_overview(signed_in):
    service = ServiceFactory()

    rows = signed_in.get(reverse("admin:services_service_changelist")).content.decode()
    settings = reverse("admin:services_service_change", args=[service.pk])
    back = reverse("admin:services_service_overview", args=[service.pk])

    assert url(service) in rows
    assert settings in look(signed_in, service).content.decode()
    assert back in signed_in.get(settings).content.decode()
    assert signed_in.get(back)["Location"] == url(service)


@pytest.mark.parametrize(
    "page",
    [
        "/admin/services/service/{}/overview/",
        "/admin/notifications/servicestatistics/{}/change/",
        "/admin/template-usage/?service={}",
        "/admin/template-usage/?service={}&days=30",
    ],
)
def test_figures_of_much_that_was_sent_today_have_their_time(
    signed_in, redis, recorded_tasks, monkeypatch, page
):
    monkeypatch.setattr(shown_counts, "TOO_MANY", 2)
    template = TemplateFactory()
    for _ in range(2):
        NotificationFactory(template=template)

    def words():
        with CaptureQueriesContext(connection) as queries:
            answer = signed_in.get(page.format(template.service_id))
        assert len(queries) <= 15
        return answer.content.decode()

    unknown = words()
    count_lately(clock.now())
    known = words()

    assert "Without" in unknown
    assert "which nobody has counted yet" in unknown
    assert f"As of {clock.now().astimezone(clock.LONDON):%-d %B %Y}" in known
    assert "Without" not in known
