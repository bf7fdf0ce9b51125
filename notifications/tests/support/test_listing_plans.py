"""Whatever a list of messages is filtered by, it finds the right rows and reads few."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from notifications.support.listing import Wanted, find_messages
from notifications.tests.factories import JobFactory
from notify_project import clock, newest
from services.tests.factories import ApiKeyFactory
from templates_app.tests.factories import TemplateFactory

ROWS = 40_000
BUDGET = 2_500
SERVICES = 8
# Services differ in size, as they do; hundreds of rows have one time, and a few are rare.
FILL = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", normalised_to, key_type,
        notification_type, process_type, is_real, notification_status, created_at, sent_by, lane,
        client_reference, job_id, api_key_id, job_row_number, billable_units, international,
        delivery_attempts, personalisation)
    SELECT gen_random_uuid(), %(service)s, %(template)s, 1, '07900900123',
        CASE WHEN n %% 2 = 0 THEN '447900900123' ELSE '44790' || n END,
        CASE WHEN n %% 20 = 3 THEN 'team' ELSE 'normal' END,
        CASE WHEN n %% 7 = 0 THEN 'email' ELSE 'sms' END, 'normal', true,
        CASE WHEN n = 2 THEN 'technical-failure' WHEN n %% 1000 = 0 THEN 'permanent-failure'
            WHEN n > %(rows)s - 50 THEN 'created' ELSE 'delivered' END,
        %(start)s::timestamptz + interval '1 s' * (n / 300),
        CASE WHEN n %% 1500 = 1 THEN 'acme' ELSE 'mmg' END,
        CASE WHEN n %% 4 = 1 THEN 'bulk' ELSE 'normal' END,
        CASE WHEN n %% 3 = 0 THEN 'campaign' WHEN n %% 3 = 1 THEN 'ref-' || n END,
        CASE WHEN n %% 4 = 1 THEN %(job)s::uuid END,
        CASE WHEN n %% 4 <> 1 THEN %(key)s::uuid END, CASE WHEN n %% 4 = 1 THEN n END,
        1, false, 1, null
    FROM generate_series(1, %(rows)s) n
"""


@pytest.fixture(scope="module")
def _many_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        big = _fill(ROWS // 2)
        for _ in range(SERVICES - 1):
            _fill(ROWS // 2 // (SERVICES - 1))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE notifications")
        connection.check_constraints()
        columns = [*("id", "created_at", "service_id", "template_id", "job_id", "api_key_id")]
        columns += ["notification_type", "status", "key_type", "sent_by", "lane"]
        columns += ["client_reference", "normalised_to"]
        rows = Notification.objects.order_by("-created_at", "-id")
        yield big, list(rows.values_list(*columns, named=True))
        transaction.set_rollback(True)


def _fill(rows):
    template = TemplateFactory(content="Hello")
    job = JobFactory(template=template, notification_count=rows)
    key = ApiKeyFactory(service=template.service)
    start = clock.now() - timedelta(days=1)
    names = {"service": template.service_id, "template": template.id, "job": job.id, "key": key.id}
    with connection.cursor() as cursor:
        cursor.execute(FILL, {**names, "rows": rows, "start": start})
    return {**names, "start": start}


@pytest.fixture
def many_rows(_many_rows, db):
    return _many_rows


# Each filter alone: the attribute that it sets, whether by name, and the column of a row.
FILTERS = {
    "service": ("services", "service_id"),
    "template": ("template_id", "template_id"),
    "job": ("job_id", "job_id"),
    "key": ("api_key_id", "api_key_id"),
    "sms": ("types", "notification_type"),
    "technical-failure": ("statuses", "status"),
    "delivered": ("statuses", "status"),
    "team": ("key_types", "key_type"),
    "acme": ("provider", "sent_by"),
    "bulk": ("lane", "lane"),
    "campaign": ("reference", "client_reference"),
    "447900900123": ("recipient", "normalised_to"),
}
PAIRS = [
    pair
    for pair in combinations(FILTERS, 2)
    if FILTERS[pair[0]][0] != FILTERS[pair[1]][0] and pair != ("job", "key")
]
PERIODS = ("", "begin", "end")
THREE = [
    ("service", "sms", "acme"),
    ("service", "technical-failure", "team"),
    ("template", "delivered", "bulk"),
    ("service", "sms", "campaign"),
]


# Every question once; those of few filters in all periods.
QUESTIONS = [
    *((names, period) for names in [(), *((n,) for n in FILTERS)] for period in PERIODS),
    *((pair, PERIODS[number % 3]) for number, pair in enumerate(PAIRS)),
    *((names, "") for names in THREE),
]


@pytest.mark.parametrize(("names", "period"), QUESTIONS, ids=str)
def test_a_page_finds_the_newest_and_reads_few(many_rows, names, period):
    big, rows = many_rows
    wanted, expected = _asked(big, rows, names, period)

    with CaptureQueriesContext(connection) as captured:
        found = find_messages(wanted, budget=BUDGET)

    assert [row.id for row in expected[: len(found.ids)]] == found.ids
    left = expected[len(found.ids) :]
    assert (found.older is not None) or not left
    assert len(found.ids) <= newest.PAGE
    if left:
        # Nothing newer than where the page ends is missing.
        assert _at(left[0]) < found.older
    for each in captured.captured_queries:
        _require_cheap(each["sql"])


def _at(row):
    return newest.Place(row.created_at, row.id)


def _asked(big, rows, names, period):
    """Return a question, and the rows that answer it, found without any cleverness."""
    values = {}
    for name in names:
        attribute, _ = FILTERS[name]
        value = big.get(name, name)
        values[attribute] = [value] if attribute.endswith("s") else value
    since = big["start"] + timedelta(seconds=30) if period == "end" else None
    before = big["start"] + timedelta(seconds=30) if period == "begin" else None
    expected = [
        row
        for row in rows
        if all(getattr(row, FILTERS[name][1]) == big.get(name, name) for name in names)
        and (since is None or row.created_at >= since)
        and (before is None or row.created_at < before)
    ]
    return Wanted(**values, since=since, before=before), expected


def _require_cheap(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        [[found]] = cursor.fetchall()
    for node in _nodes(found[0]["Plan"]):
        if node.get("Relation Name") != "notifications":
            continue
        read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        assert node["Node Type"] != "Seq Scan", (node, sql)
        # Rows of one time are read together before they are put in order.
        assert read * node["Actual Loops"] <= BUDGET + 300 * 8, (node, sql)


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


@pytest.mark.parametrize("names", [(), ("service",), ("acme",), ("service", "acme"), ("sms",)])
def test_pages_follow_each_other_to_the_end(many_rows, names):
    big, rows = many_rows
    wanted, expected = _asked(big, rows, names, "")
    expected = expected[-4000:]
    place, found = _at(expected[0]), [expected[0].id]

    while place is not None:
        page = find_messages(wanted, size=500, place=place, budget=BUDGET)
        found += page.ids
        place = page.older

    assert found == [row.id for row in expected]
