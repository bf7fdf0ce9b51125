import re

import pytest

from notifications.models import Notification, NotificationHistory
from notifications.tests.api.conftest import BASE, read_cases


def value_at(body, path):
    for name in path.split("."):
        body = body[name]
    return body


def require(world, response, case):
    assert response.status_code == case["status"], response.content
    assert response["Content-Type"] == "application/json"
    body = response.json()
    if case["status"] >= 400:
        errors = [{"error": error, "message": text} for error, text in case["errors"]]
        expected = {"status_code": case["status"], "errors": errors}
        assert body == world.put_names(expected)
    for path, expected in case.get("expect", {}).items():
        assert value_at(body, path) == world.put_names(expected), path
    for name in case.get("absent", []):
        assert name not in body
    for name in case.get("present", []):
        assert body[name]


def send(world, case):
    body = {**BASE[case["type"]], **case.get("changes", {})}
    for name in case.get("without", []):
        del body[name]
    return world.post(case["type"], world.put_names(body), case["key"])


@pytest.mark.parametrize("case", read_cases("sms"))
def test_a_text_message_is_answered_as_the_contract_says(world, case):
    response = send(world, case)

    require(world, response, case)


@pytest.mark.parametrize("case", read_cases("email"))
def test_an_email_is_answered_as_the_contract_says(world, case):
    response = send(world, case)

    require(world, response, case)


@pytest.mark.parametrize("case", read_cases("recipients"))
def test_recipients_and_permissions_are_judged_as_the_contract_says(world, case):
    response = send(world, case)

    require(world, response, case)


@pytest.mark.parametrize("case", read_cases("recipients"))
def test_what_is_refused_is_not_stored(world, case):
    before = Notification.objects.count(), NotificationHistory.objects.count()

    response = send(world, case)

    if response.status_code != 201:
        assert (Notification.objects.count(), NotificationHistory.objects.count()) == before


@pytest.mark.parametrize("case", read_cases("reading"))
def test_one_message_is_shown_as_the_contract_says(world, case):
    response = world.get(case["path"], case["key"])

    require(world, response, case)


@pytest.mark.parametrize("case", read_cases("listing"))
def test_a_list_holds_what_the_contract_says(world, case):
    response = world.get(case["path"], case["key"])

    require(world, response, case)
    if case["status"] == 200:
        body = response.json()
        items = [item["id"] for item in body["notifications"]]
        assert items == [world.ids[name] for name in case["items"]]
        assert ("next" in body["links"]) == bool(items)


def test_the_next_page_is_named_by_the_first_id_in_the_link(world):
    reference = world.ids["N_EMAIL"]
    Notification.objects.filter(id=world.ids["N_SMS"]).update(client_reference=reference)

    links = world.get(f"/v2/notifications?reference={reference}").json()["links"]

    uuids = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", links["next"])
    assert uuids[0] == world.ids["N_SMS"]
    assert links["current"] == f"http://testserver/v2/notifications?reference={reference}"
