from datetime import UTC, datetime, timedelta

import pytest

from notifications.statistics import unusual
from notifications.statistics.unusual import TextsOfADay, unusual_texts
from notifications.tests.factories import NotificationFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
RECENT = NOW - timedelta(hours=23)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(unusual, "ENOUGH_TEXTS", 4)
    monkeypatch.setattr(unusual, "TELEVISION_TEXTS", 2)


def send(count, **values):
    return NotificationFactory.create_batch(count, **{"created_at": RECENT, **values})


@pytest.mark.parametrize(("failed", "is_unusual"), [(1, False), (2, True)])
def test_a_quarter_of_many_texts_failed(failed, is_unusual):
    template = TemplateFactory()
    send(failed, template=template, status="permanent-failure", normalised_to="447900900123")
    send(5 - failed, template=template, status="delivered", normalised_to="447900900123")

    expected = [TextsOfADay(template.service_id, 5, failed, 0)] if is_unusual else []
    assert unusual_texts(NOW) == expected
    assert all(each.fail_often and not each.go_to_television for each in expected)


@pytest.mark.parametrize(
    "values",
    [
        {"created_at": NOW - timedelta(hours=24)},
        {"research": True},
        {"email": True},
        {"status": "temporary-failure"},
    ],
    ids=["old", "not real", "email", "may be tried again"],
)
def test_what_does_not_count(values):
    values = {"status": "permanent-failure", "normalised_to": "447900900123", **values}
    send(4, template=TemplateFactory(email=values.pop("email", False)), **values)

    assert unusual_texts(NOW) == []


def test_few_texts_may_fail():
    send(3, template=TemplateFactory(), status="permanent-failure", normalised_to="447900900123")

    assert unusual_texts(NOW) == []


@pytest.mark.parametrize(
    ("number", "is_unusual"),
    [("447700900000", True), ("447700900999", True), ("447700901000", False), ("4477009", False)],
)
def test_texts_to_numbers_of_television(number, is_unusual):
    template = TemplateFactory()
    send(3, template=template, status="delivered", normalised_to=number)

    expected = [TextsOfADay(template.service_id, 3, 0, 3)] if is_unusual else []
    assert unusual_texts(NOW) == expected
    assert all(each.go_to_television and not each.fail_often for each in expected)


def test_some_texts_to_television_are_a_trial():
    send(2, template=TemplateFactory(), status="delivered", normalised_to="447700900001")

    assert unusual_texts(NOW) == []
