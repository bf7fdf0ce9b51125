"""What each page of the admin site asks of the database, with few rows and with many."""

import uuid

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notify_project.tests.site.addresses import pages
from notify_project.tests.site.rows import Rows
from services.tests.factories import UserFactory

FEW, MANY = 2, 12
MOST = 15


@pytest.fixture(scope="module")
def _asked(django_db_setup, django_db_blocker):
    """Grow the rows while a test asks for every page."""
    with django_db_blocker.unblock(), transaction.atomic():
        rows = Rows()
        rows.grow(FEW)
        staff = UserFactory(support=True, email_address=f"{uuid.uuid4()}@example.org")
        yield rows, staff
        transaction.set_rollback(True)


@pytest.fixture
def asked(_asked, db, redis, recorded_tasks, files):
    return _asked


def test_no_page_asks_more_than_it_may_or_more_the_more_there_is(asked):
    rows, staff = asked
    client = Client()
    client.force_login(staff)
    every = pages(rows.of)
    # Once for what a process remembers.
    _count(client, every)

    few = _count(client, every)
    rows.grow(MANY)
    many = _count(client, every)

    assert len(many) > 150
    assert {url: count for url, count in many.items() if count > MOST} == {}
    assert {url: (few[url], many[url]) for url in many if many[url] > few[url]} == {}


def _count(client, every):
    counts = {}
    for page in every:
        with CaptureQueriesContext(connection) as asked:
            client.get(page.url)
        counts[page.url] = len(asked)
    return counts
