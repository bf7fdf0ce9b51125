"""Whatever somebody writes into an address of the admin site: no page fails."""

import re

import pytest
from django.test import Client

from notify_project.tests.site.addresses import pages
from notify_project.tests.site.rows import Rows
from services.tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("redis", "recorded_tasks", "files"),
]
NUL, HUGE, ID_OF_NOTHING = "%00", "9" * 26, "0" * 32
PLACES = [f"{place}.{ID_OF_NOTHING}" for place in ("9" * 17, "1e400", "-62135596800000000")]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture
def every():
    rows = Rows()
    rows.grow(1)
    return pages(rows.of)


@pytest.fixture
def client():
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(support=True, email_address="staff@example.org"))
    return client


def failed(client, addresses):
    return [url for url in addresses if client.get(url).status_code >= 500]


def test_no_list_fails_of_what_its_filters_cannot_be(client, every):
    lists = [page for page in every if page.is_list]
    addresses = [
        *(f"{page.url}?{name}={NUL}" for page in lists for name in names_on(client, page)),
        *(f"{page.url}?{name}={HUGE}" for page in lists for name in ("q", "o", "p", "older")),
        *(f"/admin/notifications/notification/?older={place}" for place in PLACES),
    ]

    assert len(lists) > 30
    assert len(addresses) > 400
    assert failed(client, addresses) == []


def names_on(client, page):
    """Return what the forms and links of a list call their values."""
    text = client.get(page.url).content.decode()
    found = {*re.findall(r'name="(\w+)"', text), *re.findall(r"[?&;](\w+)=", text)}
    return sorted(found - {"csrfmiddlewaretoken"} | {"q", "o", "p", "older"})


def test_no_page_of_a_row_fails_of_an_id_that_is_none(client, every):
    with_ids = {page.url for page in every if ID.search(page.url)}
    addresses = [ID.sub(value, url) for url in sorted(with_ids) for value in ("x", NUL)]

    assert len(with_ids) > 100
    assert failed(client, addresses) == []


def test_no_box_that_suggests_fails_of_what_nothing_is_called(client):
    box = "/admin/autocomplete/?app_label=services&model_name=apikey&field_name=service"

    answer = client.get(f"{box}&term=%00")

    assert answer.json()["results"] == []


def test_a_list_that_cannot_be_filtered_so_says_that_it_is_not(client):
    address = "/admin/notifications/notification/?older=yesterday&e=1"

    page = client.get(address, follow=True)

    assert page.redirect_chain == [("/admin/notifications/notification/?e=1", 302)]
    assert "No filter is set now" in page.content.decode()
