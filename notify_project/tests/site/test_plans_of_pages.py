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
# Lists look at a bounded number of their newest rows, as many as these tables have: tests of
# their own prove where it ends.
LOOKS_BACK = "WITH looked AS MATERIALIZED"
MESSAGES = "/admin/notifications/notification/?"
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
    for url in urls:
        with reads_of_big_tables() as statements:
            answer = client.get(url)
        assert answer.status_code != 500
        for sql, params in statements:
            if not sql.lstrip().startswith(LOOKS_BACK) and (wrong := faults(sql, params)):
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
    urls = [
        page.url + query
        for page in every_page
        if page.is_list
        for query in _queries_of_filters(signed_in, page.url)
    ]

    assert len([url for url in urls if url.startswith(MESSAGES)]) > 20
    require_good_plans(signed_in, urls)


def _queries_of_filters(client, url):
    """Yield what an address says of each of the first choices of each filter of a list."""
    listed = (getattr(client.get(url), "context_data", None) or {}).get("cl")
    for each in listed.filter_specs if listed else []:
        [name, *_] = each.expected_parameters()
        choices = list(each.choices(listed))[: CHOICES + 1]
        for choice in choices:
            yield choice.get("query_string") or f"?{name}={choice.get('value', '')}"
        if not choices:
            # What is typed or looked up: of the service that sends most.
            yield f"?{name}={Notification.objects.order_by('-created_at')[0].service_id}"


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
