"""What is wrong with a request is said in words, and changes nothing."""

import base64
import json

import pytest
from django.test import Client

from notify_project.api.views import NOT_JSON
from notify_project.models import AuditEvent
from services.creating import archive_service
from services.models import ServiceGuestList
from services.tests.api.management.client import member, support
from services.tests.factories import OrganisationFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return support()


@pytest.fixture
def service():
    return ServiceFactory(name="Libraries")


def test_a_permission_that_is_none_is_named(caller, service):
    wrong = {"permissions": {"1": ['"nope" is not a valid choice.']}}

    for method, path in (("post", "/service"), ("patch", f"/service/{service.id}")):
        status, answer = caller.ask(method, path, {"name": "x", "permissions": ["sms", "nope"]})
        assert (status, answer["message"]) == (400, wrong)


def test_a_member_s_permission_that_is_none_is_named(caller, service):
    body = {"email_address": UserFactory().email_address, "permissions": ["nope"]}

    status, answer = caller.post(f"/service/{service.id}/user", body)

    assert (status, list(answer["message"])) == (400, ["permissions"])


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"{", b"\xff", b'{"a":' * 101 + b"1" + b"}" * 101]
)
def test_a_body_that_is_no_json_or_too_deep_is_refused(caller, service, body):
    response = caller.client.generic(
        "PATCH", f"/service/{service.id}", body, HTTP_AUTHORIZATION=f"Bearer {caller.token}"
    )

    assert (response.status_code, response.json()["message"]) == (400, NOT_JSON)


@pytest.mark.parametrize("sent_as", ["", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_is_json_whatever_it_calls_itself(caller, service, sent_as):
    response = caller.client.generic(
        "PATCH",
        f"/service/{service.id}",
        json.dumps({"name": "Renamed"}),
        content_type=sent_as,
        HTTP_AUTHORIZATION=f"Bearer {caller.token}",
    )

    assert (response.status_code, response.json()["name"]) == (200, "Renamed")


def test_a_form_with_a_session_is_refused_as_a_forgery():
    user = UserFactory(support=True)
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(user)

    response = browser.post("/organisation", {"name": "Forged"})

    assert (response.status_code, "CSRF" in response.json()["message"]) == (403, True)


def test_a_service_of_an_organisation_can_be_changed(caller):
    service = ServiceFactory(organisation=OrganisationFactory())

    status, _ = caller.patch(f"/service/{service.id}", {"name": "Renamed"})

    event = AuditEvent.objects.get(action="change service")
    assert status == 200
    assert (event.before, event.after) == ({"name": service.name}, {"name": "Renamed"})


def test_a_service_can_join_an_organisation_and_leave_it(caller, service):
    organisation = OrganisationFactory()

    for wanted in (str(organisation.id), None):
        status, answer = caller.patch(f"/service/{service.id}", {"organisation": wanted})
        assert (status, answer["organisation"]) == (200, wanted)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_fields_that_are_none_or_cannot_be_set_are_refused(caller, service, method):
    path = "/service" if method == "post" else f"/service/{service.id}"

    status, answer = caller.ask(method, path, {"name": "x", "colour": "y", "active": False})

    message = {"colour": ["There is no such field"], "active": ["This cannot be set"]}
    assert (status, answer["message"]) == (400, message)
    service.refresh_from_db()
    assert service.name == "Libraries"


def test_a_guest_s_address_that_is_none_is_refused_as_an_address(caller, service):
    body = {"email_addresses": ["guest@example.org", "nobody"], "phone_numbers": ["a@example.org"]}

    status, answer = caller.put(f"/service/{service.id}/guest-list", body)

    assert status == 400
    assert answer["message"]["email_addresses"] == {"1": ["Not a valid email address"]}
    assert list(answer["message"]["phone_numbers"]) == ["0"]
    assert not ServiceGuestList.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"contact_link": "javascript:alert(1)"},
        {"name": "Libraries\r\nBcc: all@example.org"},
        {"custom_email_sender_name": "Libraries\nBcc: all@example.org"},
    ],
)
def test_what_recipients_must_not_be_shown_is_refused(caller, service, body):
    assert caller.patch(f"/service/{service.id}", body)[0] == 400
    assert caller.post("/service", {"name": "Newest", **body})[0] == 400


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("patch", "", {"name": "Back again"}),
        ("patch", "", {"permissions": []}),
        ("post", "/make-live", {}),
        ("post", "/api-key", {"name": "new", "key_type": "normal"}),
        ("post", "/sms-sender", {"sms_sender": "Newest"}),
        ("put", "/guest-list", {"email_addresses": [], "phone_numbers": []}),
    ],
)
def test_an_archived_service_is_not_changed(caller, service, method, rest, body):
    archive_service(service, actor=None)
    before = AuditEvent.objects.count()

    status, answer = caller.ask(method, f"/service/{service.id}{rest}", body)

    assert (status, answer["message"]) == (400, "The service is archived")
    assert AuditEvent.objects.count() == before


def test_an_archived_service_is_still_shown(service):
    caller = member(service)
    archive_service(service, actor=None)

    assert caller.get(f"/service/{service.id}")[1]["active"] is False
    assert caller.get(f"/service/{service.id}/sms-sender")[0] == 200


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/organisation", b"p=x"),
        ("/user/me/service", b"p=x"),
        ("/inbound-number", b"p=%00"),
        ("/organisation", b"\xff"),
    ],
    ids=["no time", "no number", "a null character", "nothing"],
)
def test_a_page_that_begins_nowhere_is_not_there(caller, path, place):
    cursor = base64.urlsafe_b64encode(place).decode()

    assert caller.get(f"{path}?cursor={cursor}") == (
        404,
        {"result": "error", "message": "Invalid cursor"},
    )


def test_a_value_has_the_type_that_is_described(caller, service):
    body = {"name": 5, "prefix_sms": 0, "sms_message_limit": "7", "rate_limit": True, "no": 1}

    status, answer = caller.patch(f"/service/{service.id}", body)

    assert (status, answer["message"]) == (
        400,
        {
            "name": ["A text is needed."],
            "prefix_sms": ["Must be true or false."],
            "sms_message_limit": ["A whole number is needed."],
            "rate_limit": ["A whole number is needed."],
            "no": ["There is no such field"],
        },
    )
    assert caller.patch(f"/service/{service.id}", {"sms_message_limit": 7})[0] == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[(f"page_size={text}", "page_size") for text in ("0", "251", "-1", "x", "null", "")],
        *[(f"active={text}", "active") for text in ("0", "yes", "null", "True", "")],
        ("organisation=", "organisation"),
    ],
)
def test_a_list_is_not_shown_for_a_question_that_cannot_be_read(caller, query, field):
    status, answer = caller.get(f"/service?{query}")

    assert (status, list(answer["message"])) == (400, [field])


def test_a_list_is_as_long_and_as_filtered_as_asked(caller):
    ServiceFactory.create_batch(2)
    ServiceFactory(archived=True)

    counts = [
        len(caller.get(f"/service?{query}")[1]["data"])
        for query in ("active=true", "active=false", "page_size=2", "page_size=250")
    ]

    assert counts == [2, 1, 2, 3]


@pytest.mark.parametrize("body", [b"null", b"0", b'""', b"false", b"[]", b"[1]", b"3"])
def test_a_body_that_is_no_object_is_refused(caller, service, body):
    response = caller.client.generic(
        "PATCH", f"/service/{service.id}", body, HTTP_AUTHORIZATION=f"Bearer {caller.token}"
    )

    assert (response.status_code, response.json()["result"]) == (400, "error")


def test_an_organisation_is_named_by_its_id_or_null(caller, service):
    path = f"/service/{service.id}"

    status, answer = caller.patch(path, {"organisation": ""})

    assert (status, answer["message"]) == (400, {"organisation": ["An id is needed."]})
    assert caller.patch(path, {"organisation": None})[0] == 200


def test_options_tell_what_a_resource_is_and_nothing_of_fields(caller, service):
    for path in ("/service", f"/service/{service.id}", f"/service/{service.id}/guest-list"):
        status, answer = caller.ask("options", path)
        assert (status, "actions" in answer, bool(answer["description"])) == (200, False, True)


def test_nobody_gives_themselves_permissions(service):
    """Or who looks after the team could do everything."""
    caller = member(service, "manage_users", "send_texts")
    own = f"/service/{service.id}/user/{caller.user.id}"

    refused = caller.patch(own, {"permissions": ["manage_users", "manage_api_keys"]})
    status, less = caller.patch(own, {"permissions": ["manage_users"]})

    assert refused == (
        403,
        {"result": "error", "message": "Nobody gives themselves permissions: ask somebody else"},
    )
    assert (status, less["permissions"]) == (200, ["manage_users"])
    _, by_staff = support().patch(own, {"permissions": ["manage_users", "send_texts"]})
    assert by_staff["permissions"] == ["manage_users", "send_texts"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/user?platform_admin=maybe", 400),
        ("/user?start_date=2026-01-01", 400),
        ("/service?active=maybe", 400),
        ("/service?organisation=00000000-0000-4000-8000-000000000000", 200),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_and_one_of_nothing_finds_nothing(
    caller, path, status
):
    found = caller.get(path)

    assert (found[0], found[1].get("data", [])) == (status, [])
