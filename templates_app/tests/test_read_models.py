import uuid

import pytest
from django.db import OperationalError

from notify_project.encryption import encrypt
from services.senders import add_letter_contact
from services.tests.factories import ServiceFactory
from templates_app.read_models import FORMAT, find_template, find_version
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template, update_template

pytestmark = pytest.mark.django_db


def names_of(template):
    return find_template(template.service_id, template.id).names


def test_the_names_of_a_letter_begin_with_its_contact_block():
    service = ServiceFactory()
    letter = TemplateFactory(
        letter=True,
        service=service,
        subject="((a)) ((office))",
        content="((c)) ((B)) ((a??x))",
        service_letter_contact=add_letter_contact(service, "((Office))\n((b))"),
    )

    assert names_of(letter) == ("Office", "b", "a", "c")


def test_the_names_of_a_welsh_letter_are_those_of_its_welsh_before_its_english():
    service = ServiceFactory()
    letter = TemplateFactory(
        welsh=True,
        service=service,
        letter_welsh_subject="((b)) ((A))",
        letter_welsh_content="((c)) ((d))",
        subject="((D)) ((e))",
        content="((f)) ((B))",
        service_letter_contact=add_letter_contact(service, "((a))"),
    )

    assert names_of(letter) == ("a", "b", "c", "d", "e", "f")


def test_the_names_of_an_email_begin_with_its_subject():
    assert names_of(TemplateFactory(email=True, subject="((a))", content="((b)) ((A))")) == (
        "a",
        "b",
    )


def test_a_text_and_a_letter_without_a_contact_block_have_the_names_of_what_they_have():
    assert names_of(TemplateFactory(content="((b)) ((a))")) == ("b", "a")
    assert names_of(TemplateFactory(letter=True, subject="((s))", content="((c))")) == ("s", "c")


def test_a_template_is_read_once_and_comes_from_redis_then(redis, django_assert_num_queries):
    template = TemplateFactory(email=True)
    cold = find_template(template.service_id, template.id)

    with django_assert_num_queries(0):
        warm = find_template(template.service_id, template.id)

    assert warm == cold
    assert (warm.subject, warm.created_by) == ("About ((name))", template.created_by.email_address)


def test_a_template_is_remembered_without_what_was_parsed_of_it(redis):
    template = TemplateFactory()
    assert find_template(template.service_id, template.id).names == ("name",)

    assert find_template(template.service_id, template.id).names == ("name",)


def test_a_remembered_template_is_not_shown_to_another_service(redis):
    template = TemplateFactory()
    find_template(template.service_id, template.id)

    assert find_template(uuid.uuid4(), template.id) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda row: update_template(row, actor=None, content="New"),
        lambda row: archive_template(row, actor=None),
    ],
    ids=["update", "archive"],
)
def test_a_change_is_seen_at_once_everywhere(
    redis, settings, django_capture_on_commit_callbacks, change
):
    settings.READ_MODEL_SECONDS = 60
    template = TemplateFactory()
    find_template(template.service_id, template.id)

    with django_capture_on_commit_callbacks(execute=True):
        change(template)

    assert find_template(template.service_id, template.id).version == 2


def test_nobodys_template_is_not_remembered_in_redis(redis):
    assert find_template(uuid.uuid4(), uuid.uuid4()) is None
    assert redis.keys("cache:*") == []


def test_nothing_of_a_template_is_readable_in_redis(redis):
    template = TemplateFactory(content="Rumpelstiltskin")
    find_template(template.service_id, template.id)

    [name] = redis.keys("cache:*")
    for text in ("Rumpelstiltskin", template.created_by.email_address):
        assert text.encode() not in redis.get(name)


@pytest.mark.parametrize(
    "stored",
    [encrypt('{"id": "x"}'), encrypt("[]"), "not encrypted"],
    ids=["a field", "a list", "plain"],
)
def test_a_copy_that_cannot_be_read_is_read_again_from_the_database(redis, stored):
    template = TemplateFactory()
    redis.set(f"cache:template-{FORMAT}:{template.id}", f"9999999999 {stored}")

    assert find_template(template.service_id, template.id).id == template.id


@pytest.mark.django_db(transaction=True)
def test_the_newest_version_is_known_while_the_database_is_away(redis, database):
    template = TemplateFactory()
    find_template(template.service_id, template.id)
    database.is_away()

    assert find_version(template.id, 1).content == "Hello ((name))"
    with pytest.raises(OperationalError):
        find_version(template.id, 2)
