"""Pages over big tables read few rows of them, whatever is asked for."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.tests.factories import JobFactory
from notify_project import clock, newest
from services.tests.factories import UserFactory

ROWS = 20_000
SERVICES = 4
BIG = {
    *("notifications", "notification_history", "callback_deliveries", "inbound_sms"),
    *("audit_events", "jobs"),
}
FILLS = [
    """INSERT INTO notification_history (id, service_id, template_id, template_version, key_type,
        billable_units, notification_type, created_at, notification_status, international,
        reference)
    SELECT gen_random_uuid(), %(service)s, %(template)s, 1, 'normal', 1, 'sms', at,
        CASE WHEN n = 5 THEN 'technical-failure' ELSE 'delivered' END, false, 'r' || n
    FROM times""",
    """INSERT INTO notifications (id, service_id, template_id, template_version, "to",
        normalised_to, key_type, notification_type, process_type, is_real, notification_status,
        created_at, client_reference, reference, billable_units, international, delivery_attempts,
        request_id)
    SELECT gen_random_uuid(), %(service)s, %(template)s, 1, '07900900123', '447900900123',
        'normal', 'sms', 'normal', true, 'delivered', at, 'campaign', 'r' || n, 1, false, 1,
        CASE WHEN n %% 100 = 0 THEN gen_random_uuid() END FROM times""",
    """INSERT INTO callback_deliveries (id, service_id, callback_type, subject_id, event_key,
        payload, state, attempts, last_error, created_at)
    SELECT gen_random_uuid(), %(service)s, 'delivery_status', gen_random_uuid(), 'delivered', '',
        CASE WHEN n %% 2500 = 0 THEN 'given-up' ELSE 'done' END, 1, '', at FROM times""",
    """INSERT INTO audit_events (id, actor_kind, action, service_id, subject_type, subject_id,
        reason, request_id, created_at)
    SELECT gen_random_uuid(), 'system', CASE WHEN n = 5 THEN 'archive' ELSE 'change' END,
        %(service)s, 'x', CASE WHEN n %% 2 = 0 THEN %(service)s::text ELSE md5(n::text) END, '',
        CASE WHEN n %% 100 = 0 THEN md5(n::text) ELSE '' END, at FROM times""",
    """INSERT INTO inbound_sms (id, service_id, notify_number, user_number, sender_hash, content,
        provider, provider_date, created_at)
    SELECT gen_random_uuid(), %(service)s, '07700900000', '', md5((n / 9)::text), '', 'mmg', at, at
    FROM times""",
    """INSERT INTO jobs (id, original_file_name, service_id, template_id, template_version,
        created_at, notification_count, job_status, archived, repair_count)
    SELECT gen_random_uuid(), 'File ' || n || '.csv', %(service)s, %(template)s, 1, at, 1,
        'finished', false, 0 FROM times""",
]
TIMES = (
    "WITH times AS (SELECT n, %(start)s::timestamptz + interval '1 s' * (n / 100) AS at "
    "FROM generate_series(1, %(rows)s) n) "
)
SERVICE = "service__id__exact={service}"
LISTS = {
    "notifications/notification": ["", SERVICE, "q={id}", "q=campaign", "reference=campaign"],
    "notifications/notificationhistory": [
        *("", SERVICE, f"{SERVICE}&status=failed&period=week", "q={id}", "q=r500"),
        *("notification_type=sms", "template={template}"),
    ],
    "notifications/job": ["", SERVICE, "q=FILE 500.", "q={id}", "period=today"],
    "notifications/callbackdelivery": [
        *("", SERVICE, f"{SERVICE}&state=given-up", "callback_type=complaint", "q={id}"),
        "state=given-up",
    ],
    "notifications/inboundsms": ["", SERVICE, "period=today", "q={id}"],
    "notify_project/auditevent": [
        *("", "service_id={service}", "q={service}", "q={id}", "q=pigeon"),
        "service_id={service}&action=archive",
    ],
}
WRITES = ("INSERT", "UPDATE", "SAVEPOINT", "RELEASE")
PAGES = [(name, query) for name, queries in LISTS.items() for query in queries]
TERMS = ["{id}", "463ac35c9f6413ad", "r500", "campaign", "file 500", "07900 900123", "pigeon"]


@pytest.fixture(scope="module")
def _big_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        start = clock.now() - timedelta(days=1)
        for _ in range(SERVICES):
            job = JobFactory()
            values = {"service": job.service_id, "template": job.template_id, "start": start}
            with connection.cursor() as cursor:
                for fill in FILLS:
                    cursor.execute(TIMES + fill, {**values, "rows": ROWS // SERVICES})
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.check_constraints()
        yield {**values, "id": job.id}
        transaction.set_rollback(True)


@pytest.fixture
def big_tables(_big_tables, db):
    return _big_tables


@pytest.fixture
def signed_in(big_tables):
    client = Client()
    client.force_login(UserFactory(support=True))
    return client


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_a_list_reads_few_rows(signed_in, big_tables, name, query):
    url = f"/admin/{name}/?{query.format(**big_tables)}"

    with CaptureQueriesContext(connection) as captured:
        page = signed_in.get(url)

    assert page.status_code == 200
    require_few_rows(captured)


@pytest.mark.parametrize("term", TERMS)
def test_a_search_reads_few_rows(signed_in, big_tables, term):
    with CaptureQueriesContext(connection) as captured:
        page = signed_in.post(
            "/admin/find/", {"term": term.format(**big_tables), "reason": "ticket 7"}
        )

    assert page.status_code in {200, 302}
    require_few_rows(captured)


def require_few_rows(captured):
    """Check that no statement reads a big table whole, or more of it than a page may."""
    asked = [each["sql"] for each in captured if not each["sql"].startswith(WRITES)]
    assert len(asked) <= 15
    for sql in asked:
        if not sql.startswith(("SELECT", "WITH", "(SELECT")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            [[found]] = cursor.fetchall()
        for node in nodes(found[0]["Plan"]):
            if node.get("Relation Name") not in BIG:
                continue
            read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            assert node["Node Type"] != "Seq Scan", (node, sql)
            assert read * node["Actual Loops"] <= newest.BUDGET + 1000, (node, sql)


def nodes(plan):
    """Yield a plan's nodes."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
