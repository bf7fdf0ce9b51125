"""Listing reads little of a big table, whatever is asked for."""

from base64 import urlsafe_b64encode
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from notifications.statuses import expand
from notifications.tests.factories import JobFactory
from notifications.tests.world import World
from notify_project import clock
from services.tests.api.management.client import member
from services.tests.factories import ApiKeyFactory
from templates_app.models import Template
from templates_app.tests.factories import TemplateFactory

ROWS = 50_000
# Finding the rows of a page costs some five blocks each: entries, rows, and entries by id.
BUFFERS_OF_A_PAGE = 6 * 250
BUFFERS_OF_A_BRANCH = 60
FILL = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", normalised_to, key_type,
        notification_type, process_type, is_real, notification_status, created_at,
        client_reference, job_id, api_key_id,
        job_row_number, billable_units, international, delivery_attempts, postage, personalisation)
    SELECT gen_random_uuid(), %(service)s, %(template)s, 1, '07900900123',
        -- A service's own tests, and everybody else.
        CASE WHEN n %% 2 = 0 THEN '447900900123' ELSE '44790' || n END,
        CASE WHEN n %% 20 = 3 THEN 'team' ELSE 'normal' END, 'sms', 'normal', true,
        CASE WHEN n = 2 THEN 'virus-scan-failed' WHEN n %% 1000 = 0 THEN 'permanent-failure'
            WHEN n %% 500 = 1 THEN 'sending' WHEN n > %(rows)s - 50 THEN 'created'
            ELSE 'delivered' END,
        -- Hundreds have one time.
        %(start)s::timestamptz + interval '1 s' * (n / 400),
        CASE WHEN n %% 3 = 0 THEN 'campaign' WHEN n %% 3 = 1 THEN 'ref-' || n END,
        CASE WHEN n %% 4 = 1 THEN %(job)s::uuid END,
        CASE WHEN n %% 4 <> 1 THEN %(key)s::uuid END, CASE WHEN n %% 4 = 1 THEN n END,
        1, false, 1, null, null
    FROM generate_series(1, %(rows)s) n
"""
QUERIES = [
    "",
    "include_jobs=true",
    "template_type=sms",
    "template_type=email&template_type=letter",
    "status=delivered",
    "status=virus-scan-failed",
    "status=technical-failure",
    "status=failed",
    "status=accepted&status=received&include_jobs=true",
    "status=failed&template_type=sms",
    "reference=campaign",
    "reference=campaign&status=failed",
    "reference=campaign&status=cancelled&template_type=letter",
    "reference=ref-1000",
    "reference=unknown&include_jobs=true",
]

# Of one service in the management API; the names in braces are its ids.
SEARCHES = [
    "",
    "status=virus-scan-failed",
    "status=failed&template_type=sms",
    "template_type=email",
    "start_date={first}&end_date={first}",
    "start_date={last}&status=failed",
    "template={template}",
    "template={template}&status=failed",
    "template={foreign}",
    "job={job}",
    "job={job}&status=permanent-failure&end_date={last}",
    "api_key={key}",
    "api_key={key}&template_type=email",
    "reference=campaign",
    "reference=campaign&status=failed",
    "reference=unknown",
    "to=07900900123",
    "to=07900900123&status=failed",
    "to=07900900123&template_type=email",
    "to=07900900124",
]


COLUMNS = {
    "template": "template_id",
    "job": "job_id",
    "api_key": "api_key_id",
    "reference": "client_reference",
    "template_type": "notification_type",
}


@pytest.fixture(scope="module")
def _big_table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        _fill(world, "OTHER", ROWS // 10)
        _fill(world, "BIG", ROWS)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE notifications")
        # Once; otherwise each test has the keys of all rows looked up again, and rolls that back.
        connection.check_constraints()
        rows = Notification.objects.filter(service_id=world.keys["BIG"].service_id)
        names = ("id", "created_at", "status", "normalised_to", *COLUMNS.values())
        world.newest = list(rows.order_by("-created_at", "-id").values_list(*names, named=True))
        yield world
        transaction.set_rollback(True)


def _fill(world, name, rows):
    template = TemplateFactory(content="Hello")
    world.keys[name] = ApiKeyFactory(service=template.service)
    job = JobFactory(template=template, notification_count=rows)
    values = {
        "service": template.service_id,
        "template": template.id,
        "job": job.id,
        "key": world.keys[name].id,
        "rows": rows,
        "start": clock.now() - timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)


@pytest.fixture
def big_table(_big_table, db, redis, settings):
    """Give a table of many rows, read by a service that was asked about before."""
    settings.READ_MODEL_SECONDS = 3600
    _big_table.get("/v2/notifications", "BIG")
    return _big_table


@pytest.mark.parametrize("depth", ["", "middle", "end"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_page_reads_little_of_a_big_table(big_table, query, depth):
    rows = _rows(big_table, query)
    if depth:
        # Where nothing matches, any other message marks a place.
        marks = rows if rows.exists() else _rows(big_table, "include_jobs=true")
        place = marks.count() // 2 if depth == "middle" else marks.count() - 1
        query = f"{query}&older_than={marks[place]}"
        rows = rows[place + 1 :]
    expected = [str(row_id) for row_id in rows[:250]]

    with CaptureQueriesContext(connection) as captured:
        page = big_table.get(f"/v2/notifications?{query}", "BIG").json()["notifications"]

    assert [item["id"] for item in page] == expected
    [statement] = captured.captured_queries
    _require_cheap(_plan_of(statement["sql"]))


def _rows(big_table, query):
    """Return the ids that match a query, newest first, asked for without any cleverness."""
    wanted = QueryDict(query)
    rows = Notification.objects.filter(
        service_id=big_table.keys["BIG"].service_id, key_type="normal"
    )
    if "include_jobs" not in wanted:
        rows = rows.filter(job=None)
    if "reference" in wanted:
        rows = rows.filter(client_reference=wanted["reference"])
    if "status" in wanted:
        rows = rows.filter(status__in=expand(wanted.getlist("status")))
    if "template_type" in wanted:
        rows = rows.filter(notification_type__in=wanted.getlist("template_type"))
    return rows.order_by("-created_at", "-id").values_list("id", flat=True)


def _plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        [[found]] = cursor.fetchall()
    return found[0]["Plan"]


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _require_cheap(plan):
    branches = max(
        [1, *(node["Actual Rows"] for node in _nodes(plan) if node["Node Type"] == "Function Scan")]
    )
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    assert buffers < BUFFERS_OF_A_PAGE + BUFFERS_OF_A_BRANCH * branches
    for node in _nodes(plan):
        # Joined to a table of two rows, what was read once may be gone through twice.
        if node["Node Type"] == "Materialize":
            continue
        assert not (node["Node Type"] == "Seq Scan" and node["Relation Name"] == "notifications"), (
            node
        )
        assert node["Actual Rows"] * node["Actual Loops"] <= 250 * branches + 1, node
        assert node.get("Rows Removed by Filter", 0) * node["Actual Loops"] < 250, node


@pytest.mark.parametrize("search", SEARCHES)
def test_a_page_of_a_search_reads_little_of_a_big_table(big_table, search):
    names = _names(big_table)
    query = search.format(**names)
    found = _found(big_table, query)
    url = f"/service/{big_table.keys['BIG'].service_id}/notifications?{query}"
    caller = member(big_table.keys["BIG"].service, "view_activity")
    places = {"": found[:50]}
    if len(found) > 2:
        middle = len(found) // 2
        created_at, row_id = found[middle].created_at, found[middle].id
        for towards, expected in {
            "newer": found[max(middle - 50, 0) : middle],
            "older": found[middle + 1 : middle + 51],
        }.items():
            place = f"{towards} {created_at.isoformat()} {row_id}"
            places[urlsafe_b64encode(place.encode()).decode()] = expected

    for cursor, expected in places.items():
        with CaptureQueriesContext(connection) as captured:
            page = caller.get(f"{url}&cursor={cursor}" if cursor else url)[1]["data"]

        assert [row["id"] for row in page] == [str(row.id) for row in expected]
        [statement] = [each["sql"] for each in captured if "unnest" in each["sql"]]
        _require_cheap(_plan_of(statement))


def _names(big_table):
    """Return what searches are made of."""
    newest = big_table.newest
    return {
        "template": newest[0].template_id,
        "foreign": Template.objects.get(service=big_table.keys["OTHER"].service).id,
        "job": next(row.job_id for row in newest if row.job_id),
        "key": big_table.keys["BIG"].id,
        "first": clock.london_day(newest[-1].created_at),
        "last": clock.london_day(newest[0].created_at),
    }


def _found(big_table, query):
    """Return the messages that a search is for, newest first, without any cleverness."""
    wanted = QueryDict(query)
    alike = {column: wanted[name] for name, column in COLUMNS.items() if name in wanted}
    statuses = expand(wanted.getlist("status"))
    if "to" in wanted:
        alike["normalised_to"] = f"44{wanted['to'][1:]}"
    since = clock.london_midnight(date.fromisoformat(wanted.get("start_date", "2000-01-01")))
    _, before = clock.london_day_bounds(date.fromisoformat(wanted.get("end_date", "2999-01-01")))
    return [
        row
        for row in big_table.newest
        if all(str(getattr(row, column)) == value for column, value in alike.items())
        and (not statuses or row.status in statuses)
        and since <= row.created_at < before
    ]


def test_one_message_is_one_query(big_table, django_assert_num_queries):
    [wanted] = _rows(big_table, "status=virus-scan-failed")

    with django_assert_num_queries(1):
        body = big_table.get(f"/v2/notifications/{wanted}", "BIG").json()

    assert body["id"] == str(wanted)
