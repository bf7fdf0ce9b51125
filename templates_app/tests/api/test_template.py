import pytest

from notify_project.clock import api_time
from services.models import ServiceLetterContact
from services.senders import archive_sender
from services.tests.factories import ApiKeyFactory, UserFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

pytestmark = pytest.mark.django_db

NOT_FOUND = {
    "status_code": 404,
    "errors": [{"error": "NoResultFound", "message": "No result found"}],
}
REQUIRED = {"required": True}


def violation(message):
    return {"status_code": 400, "errors": [{"error": "ValidationError", "message": message}]}


def test_the_newest_version_is_shown_whole(world):
    answer = world.get("/v2/template/{sms}")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(world.sms.id),
        "type": "sms",
        "name": "b",
        "created_at": api_time(world.sms.created_at),
        "updated_at": api_time(world.sms.updated_at),
        "created_by": "author@example.org",
        "version": 2,
        "body": "v2 ((name))",
        "subject": None,
        "personalisation": {"name": REQUIRED},
        "postage": None,
        "letter_contact_block": None,
    }


def test_an_older_version_is_shown_as_it_was(world):
    body = world.get("/v2/template/{sms}/version/1").json()

    assert (body["version"], body["updated_at"]) == (1, None)
    assert list(body["personalisation"]) == ["name", "First Name", "over18"]
    assert body["body"].startswith("v1 ")


def test_leading_zeros_of_a_version_count_for_nothing(world):
    assert world.get("/v2/template/{sms}/version/00000000001").json()["version"] == 1


def test_version_0_is_the_newest(world):
    assert world.get("/v2/template/{sms}/version/0").json()["version"] == 2


def test_a_letter_shows_its_contact_block_and_names_its_placeholders_first(world):
    body = world.get("/v2/template/{letter}").json()

    assert body["letter_contact_block"] == "1 Road\n((ref))"
    assert (body["subject"], body["postage"]) == ("L ((x))", "first")
    assert list(body["personalisation"]) == ["ref", "x"]


def test_a_welsh_letter_names_the_placeholders_of_its_welsh_before_its_english(world):
    welsh = {"letter_welsh_subject": "((w)) ((X))", "letter_welsh_content": "((v))"}
    update_template(
        world.letter, actor=world.author, letter_languages="welsh_then_english", **welsh
    )

    read = world.get("/v2/template/{letter}").json()
    refused = world.post("/v2/template/{letter}/preview", {}).json()

    assert list(read["personalisation"]) == ["ref", "w", "X", "v"]
    assert refused["errors"][0]["message"] == "Missing personalisation: ref, w, X, v"


def test_an_archived_contact_block_is_gone_from_the_letter_and_stays_in_its_version(world):
    archive_sender(ServiceLetterContact.objects.get())

    newest = world.get("/v2/template/{letter}").json()
    version = world.get("/v2/template/{letter}/version/1").json()

    assert (newest["letter_contact_block"], newest["version"]) == (None, 1)
    assert list(newest["personalisation"]) == ["x"]
    assert version["letter_contact_block"] == "1 Road\n((ref))"


def test_an_email_names_the_placeholders_of_its_subject_first(world):
    body = world.get("/v2/template/{email}").json()

    assert body["personalisation"] == {"s": REQUIRED, "b": REQUIRED}
    assert list(body["personalisation"]) == ["s", "b"]


def test_an_archived_template_can_still_be_read(world):
    assert world.get("/v2/template/{archived}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v2/template/{sms}/version/3",
        "/v2/template/{sms}/version/99999999999999999999",
        "/v2/template/{unknown}",
        "/v2/template/{foreign}",
        "/v2/template/{foreign}/version/1",
        "/v2/template/{hidden}",
        "/v2/template/{hidden}/version/1",
    ],
)
def test_what_is_not_the_callers_or_not_there_is_not_found(world, path):
    answer = world.get(path)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("version", ["abc", "-1", "1/", ""])
def test_a_version_that_is_no_number_is_not_routed(world, version):
    answer = world.get("/v2/template/{sms}/version/" + version)

    assert answer.status_code == 404
    assert (answer.json()["result"], answer.json()["errors"][0]["error"]) == ("error", "NotFound")


@pytest.mark.parametrize("text", ["abc", "1.5"])
def test_an_id_that_is_no_uuid_is_a_violation(world, text):
    answer = world.get(f"/v2/template/{text}")

    assert (answer.status_code, answer.json()) == (400, violation("id is not a valid UUID"))


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["a", "b", "c"]), ("?type=letter", ["c"]), ("?type=email&type=sms", ["a"])],
)
def test_the_list_has_what_can_be_sent_by_name(world, query, names):
    answer = world.get("/v2/templates" + query)

    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["templates"]] == names


def test_the_list_shows_each_template_as_it_is_shown_alone(world):
    listed = world.get("/v2/templates").json()

    alone = [
        world.get(path).json()
        for path in ("/v2/template/{email}", "/v2/template/{sms}", "/v2/template/{letter}")
    ]
    assert listed == {"templates": alone}


def test_templates_of_one_name_are_sorted_by_type(world):
    TemplateFactory(service=world.key.service, name="a", content="x")

    listed = world.get("/v2/templates").json()["templates"]

    assert [(each["name"], each["type"]) for each in listed][:2] == [("a", "email"), ("a", "sms")]


def test_each_version_names_its_own_author(world):
    update_template(world.sms, actor=UserFactory(email_address="b@example.org"), content="v3")

    authors = [
        world.get(f"/v2/template/{{sms}}/version/{version}").json()["created_by"]
        for version in (2, 3)
    ]

    assert authors == ["author@example.org", "b@example.org"]


@pytest.mark.parametrize("key_type", ["team", "test"])
def test_templates_are_the_same_for_every_type_of_key(world, key_type):
    expected = world.get("/v2/templates").json()
    world.key = ApiKeyFactory(service=world.key.service, key_type=key_type)

    assert world.get("/v2/templates").json() == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?type=foo", "type foo is not one of [sms, email, letter]"),
        ("?type=", "type  is not one of [sms, email, letter]"),
        ("?foo=1", "Additional properties are not allowed (foo was unexpected)"),
    ],
)
def test_a_wrong_query_is_a_violation(world, query, message):
    answer = world.get("/v2/templates" + query)

    assert (answer.status_code, answer.json()) == (400, violation(message))


def test_a_list_costs_no_query_for_each_template(world, settings, django_assert_num_queries):
    settings.READ_MODEL_SECONDS = 60
    world.get("/v2/templates")

    with django_assert_num_queries(3):  # templates, authors, contact blocks
        world.get("/v2/templates")
