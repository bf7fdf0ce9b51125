"""GET /service/<id>/template-statistics."""

import uuid
from datetime import timedelta

import jwt
import pytest

from notifications.tests.factories import NotificationFactory
from notify_project import clock
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_redis(settings):
    settings.REDIS_ENABLED = False


@pytest.fixture
def get(client, settings):
    """Return a function that asks as the admin site does."""
    settings.INTERNAL_API_SECRET = "internal-secret-of-at-least-32-bytes"
    claims = {"iss": "notify-admin", "iat": int(clock.now().timestamp())}
    token = jwt.encode(claims, settings.INTERNAL_API_SECRET, algorithm="HS256")

    def ask(service_id, query="", authorization=f"Bearer {token}"):
        return client.get(
            f"/service/{service_id}/template-statistics{query}",
            headers={"Authorization": authorization},
        )

    return ask


def test_each_template_used_is_listed_by_name(get):
    service = ServiceFactory()
    text = TemplateFactory(service=service, name="B")
    letter = TemplateFactory(service=service, name="A", letter=True, hidden=True)
    NotificationFactory(template=text)
    NotificationFactory(template=text, created_at=clock.now() - timedelta(days=7))
    NotificationFactory(template=letter)

    response = get(service.id, "?whole_days=7")

    assert response.status_code == 200
    assert response.json() == {
        "data": [
            {
                "template_id": str(letter.id),
                "template_name": "A",
                "template_type": "letter",
                "is_precompiled_letter": True,
                "count": 1,
            },
            {
                "template_id": str(text.id),
                "template_name": "B",
                "template_type": "sms",
                "is_precompiled_letter": False,
                "count": 2,
            },
        ]
    }


def test_no_whole_days_means_today_only(get):
    row = NotificationFactory()
    midnight, _ = clock.london_day_bounds(clock.london_today())
    template = TemplateFactory(service=row.service)
    NotificationFactory(template=template, created_at=midnight - timedelta(seconds=1))

    response = get(row.service_id, "?whole_days=0")

    assert [use["template_id"] for use in response.json()["data"]] == [str(row.template_id)]


def test_limit_days_is_another_name(get):
    row = NotificationFactory()

    response = get(row.service_id, "?limit_days=3")

    assert [use["count"] for use in response.json()["data"]] == [1]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", " is not an integer"),
        ("?whole_days=", " is not an integer"),
        ("?whole_days=abc", "abc is not an integer"),
        ("?whole_days=3.5", "3.5 is not an integer"),
        ("?limit_days=abc", "abc is not an integer"),
        ("?whole_days=-1", "whole_days must be between 0 and 7"),
        ("?whole_days=8", "whole_days must be between 0 and 7"),
        (f"?whole_days={'9' * 5000}", f"{'9' * 5000} is not an integer"),
    ],
)
def test_other_numbers_of_days_are_refused(get, query, message):
    response = get(ServiceFactory().id, query)

    assert response.status_code == 400
    assert response.json() == {"result": "error", "message": {"whole_days": [message]}}


@pytest.mark.parametrize("query", ["?whole_days=1", "?whole_days=abc"])
def test_an_unknown_service_is_not_found(get, query):
    response = get(uuid.uuid4(), query)

    assert response.status_code == 404
    assert response.json() == {"result": "error", "message": "No result found"}


def test_a_service_that_sent_nothing_has_an_empty_list(get):
    assert get(ServiceFactory().id, "?whole_days=7").json() == {"data": []}


def test_nobody_is_told_without_the_internal_secret(get):
    service = ServiceFactory()
    claims = {"iss": "notify-admin", "iat": int(clock.now().timestamp())}
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")

    answers = [
        get(service.id, "?whole_days=1", authorization=f"Bearer {forged}"),
        get(service.id, "?whole_days=1", authorization=""),
    ]

    assert [answer.status_code for answer in answers] == [403, 401]
    assert [answer.json()["result"] for answer in answers] == ["error", "error"]
