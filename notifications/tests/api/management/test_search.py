"""GET /service/<id>/notifications: finding messages."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from notifications.tests.factories import JobFactory, NotificationFactory
from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.api.management.client import member
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime.fromisoformat("2026-01-01T12:00:00+00:00")


@pytest.fixture
def service():
    return ServiceFactory()


@pytest.fixture
def find(service):
    """Return a function that finds messages of the service, and answers with their names."""
    caller = member(service, "view_activity", scope="read")

    def find(query=""):
        status, answer = caller.get(f"/service/{service.id}/notifications{query}")
        assert status == 200, answer
        return [row["reference"] for row in answer["data"]]

    find.caller = caller
    return find


def sent(service, name, **values):
    """Store a message; newer ones have later letters for names."""
    kind = values.pop("kind", "sms")
    template = values.pop("template", None) or TemplateFactory(
        service=service, email=kind == "email", letter=kind == "letter"
    )
    created_at = values.pop("created_at", NEW_YEAR + timedelta(minutes=ord(name[0])))
    return NotificationFactory(
        template=template, client_reference=name, created_at=created_at, **values
    )


def test_a_message_of_a_list_is_shown_without_what_it_says(service):
    author = UserFactory(name="Ben")
    template = TemplateFactory(service=service, name="Reminder")
    job = JobFactory(template=template)
    row = sent(
        service,
        "a",
        template=template,
        job=job,
        job_row_number=3,
        created_by=author,
        status="technical-failure",
        failure_reason="no-provider",
        updated_at=NEW_YEAR,
    )

    _, answer = member(service, "view_activity").get(f"/service/{service.id}/notifications")

    assert answer == {
        "data": [
            {
                "id": str(row.id),
                "type": "sms",
                "status": "technical-failure",
                "failure_reason": "no-provider",
                "to": "07700 900123",
                "reference": "a",
                "template": {"id": str(template.id), "version": 1, "name": "Reminder"},
                "job": str(job.id),
                "job_row_number": 3,
                "api_key": None,
                "key_type": "normal",
                "created_by_name": "Ben",
                "created_at": "2026-01-01T13:37:00Z",
                "sent_at": None,
                "completed_at": "2026-01-01T12:00:00Z",
                "postage": None,
            }
        ],
        "links": {"next": None, "previous": None},
    }


def test_each_filter_finds_its_messages(service, find):
    text, key = TemplateFactory(service=service), ApiKeyFactory(service=service)
    job = JobFactory(template=text)
    sent(service, "a", template=text, status="delivered", api_key=key)
    sent(service, "b", kind="email", status="permanent-failure", key_type="team", api_key=key)
    sent(service, "c", kind="letter", status="returned-letter")
    sent(service, "d", template=text, status="sending", job=job, job_row_number=0)
    sent(service, "e", kind="email", key_type="test", is_real=False, created_at=clock.now())
    sent(ServiceFactory(), "z")

    wanted = {
        "": "edcba",
        "?status=delivered": "a",
        "?status=failed": "cb",
        "?status=received&status=sending": "da",
        "?template_type=email": "eb",
        "?template_type=email&template_type=sms&status=delivered": "a",
        f"?template={text.id}": "da",
        f"?template={text.id}&status=sending": "d",
        f"?job={job.id}": "d",
        f"?job={job.id}&template_type=email": "",
        f"?api_key={key.id}": "ba",
        f"?api_key={key.id}&template_type=email": "b",
        "?reference=d": "d",
        "?reference=e&status=delivered": "",
        "?end_date=2026-01-01": "dcba",
        "?start_date=2026-01-02": "e",
        "?start_date=2026-01-01&end_date=2026-01-01&template_type=sms": "da",
    }
    assert {query: "".join(find(query)) for query in wanted} == wanted


def test_a_day_is_london_s(service, find):
    for name, instant in {
        "a": "2026-06-09T22:59:59.999999+00:00",
        "b": "2026-06-09T23:00:00+00:00",
        "c": "2026-06-10T22:59:59.999999+00:00",
        "d": "2026-06-10T23:00:00+00:00",
    }.items():
        sent(service, name, created_at=datetime.fromisoformat(instant))

    assert find("?start_date=2026-06-10&end_date=2026-06-10") == ["c", "b"]


def test_a_recipient_is_found_in_any_spelling_and_is_not_in_the_audit(service, find):
    sent(service, "a")
    sent(service, "b", kind="email")
    sent(service, "c", kind="letter")
    sent(service, "d", to="nobody", normalised_to=None)
    sent(ServiceFactory(), "z")

    for spelling, name in {
        "07700900123": "a",
        "%2B44 (0)7700 900-123": "a",
        "447700900123": "a",
        " JO@Example.com ": "b",
        "A Person%0A1 Road%0D%0ASW1A 1AA": "c",
    }.items():
        assert find(f"?to={spelling}") == [name], spelling
    assert find("?to=07700900123&status=delivered") == find("?to=0770090012") == []
    assert find("?to=nobody") == []
    events = AuditEvent.objects.filter(action="search messages")
    assert events.count() == 8
    assert {(each.actor_id, each.service_id, str(each.after)) for each in events} == {
        (find.caller.user.id, service.id, "{'by': 'to'}")
    }


def test_other_services_things_find_nothing(find):
    row = sent(ServiceFactory(), "z", api_key=ApiKeyFactory())

    assert find(f"?template={row.template_id}") == find(f"?api_key={row.api_key_id}") == []
    assert find("?reference=z") == find("?to=07700900123") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("condition=failed", {"condition": ["There is no such filter"]}),
        ("status=", {"status": {"0": ["This field may not be blank."]}}),
        ("start_date=01/02/2026", {"start_date": None}),
        ("start_date=0001-01-01", {"start_date": ["Must be between 2000-01-01 and 2999-12-31"]}),
        (
            "start_date=2026-01-02&end_date=2026-01-01",
            {"end_date": ["Must not be before start_date"]},
        ),
        ("to=", {"to": ["This field may not be blank."]}),
        ("to=%00", {"to": ["Null characters are not allowed."]}),
        ("template=7", {"template": ["Must be a valid UUID."]}),
        ("cursor=7", {"cursor": ["Take it from the links of a page"]}),
        ("cursor=%C3%BC", {"cursor": ["Take it from the links of a page"]}),
        (
            "to=x&reference=y",
            {
                name: ["One at a time of template, job, api_key, reference, to"]
                for name in ("reference", "to")
            },
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_event(service, find, query, message):
    before = AuditEvent.objects.count()

    status, answer = find.caller.get(f"/service/{service.id}/notifications?{query}")

    assert status == 400
    assert answer["message"].keys() == message.keys()
    if None not in message.values():
        assert answer["message"] == message
    assert AuditEvent.objects.count() == before


def test_a_word_that_is_no_status_is_answered_with_all_words(service, find):
    _, answer = find.caller.get(f"/service/{service.id}/notifications?status=done")

    [sentence] = answer["message"]["status"]["0"]
    assert sentence.startswith("Not one of cancelled, created, sending")


@pytest.mark.parametrize("query", ["", "&template_type=sms", "&to=07700900123"])
def test_pages_follow_each_other_both_ways_without_gaps(service, find, query):
    template = TemplateFactory(service=service)
    for number in range(7):
        # Three have one time.
        created_at = NEW_YEAR + timedelta(minutes=max(number, 4))
        sent(service, "a", template=template, created_at=created_at)
    expected = [str(row_id) for row_id in Notification.objects.order_by(
        "-created_at", "-id").values_list("id", flat=True)]  # fmt: skip
    first = f"/service/{service.id}/notifications?page_size=2{query}"

    def follow(url, way):
        pages = []
        while url:
            _, answer = find.caller.get(url)
            pages.append([row["id"] for row in answer["data"]])
            parts = urlsplit(answer["links"][way] or "")
            last, url = url, parts.path and f"{parts.path}?{parts.query}"
        return pages, last

    forwards, last = follow(first, "next")
    backwards, at_first = follow(last, "previous")

    assert forwards == [expected[:2], expected[2:4], expected[4:6], expected[6:]]
    assert backwards[1:] == [expected[4:6], expected[2:4], expected[:2]]
    assert find.caller.get(at_first)[1]["links"]["previous"] is None
    for name in ("page_size=2", query.strip("&")):
        assert name in last


def test_a_page_is_where_it_was_when_messages_come_and_go(service, find):
    rows = [sent(service, name) for name in "abcd"]
    _, answer = find.caller.get(f"/service/{service.id}/notifications?page_size=2")
    following = urlsplit(answer["links"]["next"]).query
    Notification.objects.filter(id=rows[2].id).delete()
    sent(service, "e")

    assert find(f"?{following}") == ["b", "a"]


def test_a_cursor_of_another_time_zone_or_direction_is_refused_or_read(service, find):
    row = sent(service, "a")

    def cursor(text):
        return base64.urlsafe_b64encode(text.encode()).decode()

    assert find(f"?cursor={cursor(f'older 2026-06-01T00:00:00+02:00 {row.id}')}") == ["a"]
    for text in (f"sideways 2026-06-01T00:00:00+00:00 {row.id}", f"older 2026-06-01 {row.id}"):
        url = f"/service/{service.id}/notifications?cursor={cursor(text)}"
        assert find.caller.get(url)[0] == 400


def test_a_page_takes_as_many_questions_however_long_it_is(service, find):
    def questions(messages):
        for _ in range(messages):
            sent(service, "a", created_by=UserFactory())
        with CaptureQueriesContext(connection) as asked:
            found = find("?status=created")
        return len(found), len(asked)

    (few, first), (many, second) = questions(2), questions(10)

    assert (few, many) == (2, 12)
    assert second <= first
