"""The description of the management API."""

import json

import pytest
from drf_spectacular.drainage import reset_generator_stats
from openapi_spec_validator import validate

from notify_project.documentation.management import document


@pytest.fixture(scope="module")
def found():
    return json.loads(json.dumps(document("https://notify.example")))


def test_is_openapi_and_describes_the_management_api_alone(found, capfd):
    validate(found)
    assert "/service/{service_id}/api-key" in found["paths"]
    assert not [path for path in found["paths"] if path.startswith(("/v2", "/notifications"))]


def test_nothing_is_guessed(capfd):
    # It says each thing once in the life of a process.
    reset_generator_stats()

    document("https://notify.example")

    assert capfd.readouterr().err == ""


def test_every_operation_wants_a_token_and_says_what_it_is_for(found):
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"token": []}], (path, method)
            assert operation.get("description"), (path, method)


def test_every_operation_is_described_in_its_own_words(found):
    operations = [each for methods in found["paths"].values() for each in methods.values()]
    for operation in operations:
        assert 5 < len(operation["summary"]) < 90
        assert "{" not in operation["summary"]

    shown = {each["operationId"]: each["summary"] for each in operations}
    assert shown["service_api_key_list"] == "List API keys"
    assert len({each["description"] for each in operations}) == len(operations)


def test_every_operation_says_who_may(found):
    keys = found["paths"]["/service/{service_id}/api-key"]["post"]
    assert "`manage_api_keys`" in keys["description"]
    assert "support staff" in found["paths"]["/organisation"]["post"]["description"]
    of_calls = "/service/{service_id}/callback/{callback_id}/delivery/{id}/payload"
    both = "`manage_api_keys` and `view_activity`"
    assert both in found["paths"][of_calls]["get"]["description"]
    made = keys["responses"]["201"]["content"]["application/json"]["schema"]
    assert "key" in found["components"]["schemas"][made["$ref"].rpartition("/")[2]]["properties"]


def test_anyone_may_read_it(client):
    answer = client.get("/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Notify management"
    again = client.get("/openapi.json", HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    assert again.status_code == 304
