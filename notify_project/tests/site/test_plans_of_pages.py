"""No page of the admin site reads much of a big table, whatever it is asked for."""

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client, override_settings

from deploy import sample
from notifications.models import Notification
from notify_project.tests.site.addresses import pages
from notify_project.tests.site.plans import BIG, faults, reads_of_big_tables
from notify_project.tests.site.rows import our_models
from services.models import User

SIZE = sample.Size(
    services=8,
    templates_each=6,
    messages=30_000,
    jobs=60,
    calls=20_000,
    events=20_000,
    history_days=58,
    waiting=200,
)
# Lists that are searched and filtered by reading on until enough is found: to be made anew.
NOT_YET = ("notifications/notification/", "notifications/callbackdelivery/", "auditevent/")
# Of each filter of a list so many choices are tried.
CHOICES = 4


@pytest.fixture(scope="module")
def _installation(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        override_settings(REDIS_ENABLED=False, EMAIL_DOMAIN=django_settings.EMAIL_DOMAIN),
        transaction.atomic(),
    ):
        sample.fill(SIZE)
        # Once; otherwise each test has the keys of all rows looked up again.
        connection.check_constraints()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def signed_in(_installation, db, redis, recorded_tasks, files):
    client = Client()
    client.force_login(User.objects.get(email_address=sample.EMAIL))
    return client


@pytest.fixture
def every_page(signed_in):
    return pages({model: _first(model) for model in our_models()}, each=1)


def _first(model):
    rows = model._base_manager.all()
    if model is Notification:
        busiest = Notification.objects.order_by("-created_at").values("service_id")[:1]
        rows = rows.filter(service_id__in=busiest).order_by("-created_at")
    return list(rows[:1])


def require_good_plans(client, urls):
    found = []
    for url in (each for each in urls if not each.partition("?")[0].endswith(NOT_YET)):
        with reads_of_big_tables() as statements:
            answer = client.get(url)
        assert answer.status_code != 500
        for sql, params in statements:
            if wrong := faults(sql, params):
                found.append(f"{url} {', '.join(wrong)}: {sql}")
    assert not found, "\n".join(found)


def test_the_tables_are_big_and_their_statistics_known(signed_in):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)",
            [list(BIG - {"delivery_events"})],
        )
        sizes = dict(cursor.fetchall())

    assert min(sizes.values()) > 10_000, sizes


def test_no_page_reads_much_of_a_big_table(signed_in, every_page):
    require_good_plans(signed_in, [page.url for page in every_page])


def test_no_filter_reads_much_of_a_big_table(signed_in, every_page):
    def filtered():
        for page in every_page:
            listed = signed_in.get(page.url) if page.is_list else None
            changes = (
                listed.context_data.get("cl") if getattr(listed, "context_data", None) else None
            )
            for filter_ in changes.filter_specs if changes else []:
                for choice in list(filter_.choices(changes))[:CHOICES]:
                    yield page.url + choice.get("query_string", "")

    require_good_plans(signed_in, filtered())


def _filtered(client, url):
    """Yield the address of a list with each of the first choices of each of its filters."""
    listed = (getattr(client.get(url), "context_data", None) or {}).get("cl")
    for each in listed.filter_specs if listed else []:
        for choice in list(each.choices(listed))[:CHOICES]:
            yield url + choice.get("query_string", "")


def test_no_search_reads_much_of_a_big_table(signed_in, every_page):
    message = Notification.objects.order_by("-created_at")[0]
    words = [str(message.id), message.client_reference or "campaign 1", message.to, "Library", "x"]

    require_good_plans(
        signed_in,
        (
            f"{page.url}?q={word.replace(' ', '+')}"
            for page in every_page
            if page.is_list
            for word in words
        ),
    )
