from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from freezegun import freeze_time

from services.models import ServiceLetterContact
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.read_models import find_template, find_version
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import (
    InvalidTemplate,
    archive_template,
    create_template,
    redact,
    update_template,
)

pytestmark = pytest.mark.django_db


def create(**values):
    values = {"name": "Code", "template_type": "sms", "content": "Code ((code))", **values}
    return create_template(ServiceFactory(), actor=UserFactory(), **values)


def change_alone(template, content):
    """Change a template on a connection of its own."""
    try:
        return update_template(template, actor=None, content=content).version
    finally:
        connection.close()


def versions_of(template):
    return list(TemplateHistory.objects.filter(id=template.id).order_by("version"))


def test_a_new_template_is_normal_version_1_and_not_redacted():
    template = create()

    [version] = versions_of(template)
    assert (template.version, template.process_type, template.updated_at) == (1, "normal", None)
    assert (version.content, version.process_type) == ("Code ((code))", "normal")
    assert not TemplateRedacted.objects.get().redact_personalisation


@pytest.mark.parametrize(
    "change",
    [{"content": "Other"}, {"name": "Other"}, {"process_type": "priority"}],
)
def test_a_change_is_a_new_version_and_the_same_value_is_none(change):
    template = create()

    for _ in range(2):
        update_template(template, actor=template.created_by, **change)

    first, second = versions_of(template)
    [(field, value)] = change.items()
    assert (first.version, second.version) == (1, 2)
    assert (getattr(first, field) != value, getattr(second, field)) == (True, value)
    assert second.updated_at is not None


def test_the_live_row_equals_the_newest_version_in_every_column():
    template = create()
    for number in range(4):
        update_template(template, actor=UserFactory(), content=f"Content {number}")

    names = [field.attname for field in TemplateHistory._meta.concrete_fields][1:]
    live = Template.objects.values(*names).get()
    newest = TemplateHistory.objects.values(*names).order_by("-version").first()
    assert [version.version for version in versions_of(template)] == [1, 2, 3, 4, 5]
    assert live == newest


def test_the_author_of_each_version_is_kept():
    template, second_author = create(), UserFactory()

    update_template(template, actor=second_author, content="Other")

    assert [version.created_by_id for version in versions_of(template)] == [
        template.created_by_id,
        second_author.id,
    ]


def test_an_archived_template_has_a_version_and_cannot_change_any_more():
    template = create()

    archive_template(template, actor=template.created_by)
    archive_template(template, actor=template.created_by)

    assert [version.archived for version in versions_of(template)] == [False, True]
    with pytest.raises(InvalidTemplate, match="has been deleted"):
        update_template(template, actor=template.created_by, content="Other")


def test_an_archived_template_cannot_come_back():
    template = create()
    archive_template(template, actor=None)

    with pytest.raises(InvalidTemplate, match="has been deleted"):
        update_template(template, actor=None, archived=False)

    assert Template.objects.get().archived


def test_the_type_of_a_template_never_changes():
    template = create()

    with pytest.raises(InvalidTemplate, match="never changes"):
        update_template(template, actor=None, template_type="letter", subject="s", postage="first")

    assert len(versions_of(template)) == 1


def test_a_change_that_is_refused_leaves_the_template_and_its_versions():
    template = create()

    with pytest.raises(InvalidTemplate):
        update_template(template, actor=None, name="Other", content=" ")

    template.refresh_from_db()
    assert (template.name, template.version, len(versions_of(template))) == ("Code", 1, 1)


def test_white_space_around_a_name_is_no_change():
    template = create(name=" Code ")

    update_template(template, actor=None, name="Code  ")

    assert [version.name for version in versions_of(template)] == ["Code"]


def test_a_version_has_the_templates_creation_and_its_own_time():
    with freeze_time("2026-03-02T12:00:00Z"):
        template = create()
    with freeze_time("2026-03-03T12:00:00Z"):
        update_template(template, actor=None, content="Other")

    first, second = versions_of(template)
    assert first.created_at == second.created_at == template.created_at
    assert (first.updated_at, f"{second.updated_at:%d %H}") == (None, "03 12")


def test_a_template_loses_its_contact_block_without_a_new_version():
    letter = TemplateFactory(letter=True)
    contact = ServiceLetterContact.objects.create(service=letter.service, contact_block="1 Road")

    for block in (contact, None):
        Template.objects.filter(id=letter.id).update(service_letter_contact=block)

    assert len(versions_of(letter)) == 1


def test_two_changes_at_once_are_two_versions_one_after_the_other(transactional_db):
    template = create()

    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(change_alone, template, f"Content {n}") for n in range(8)]
        versions = sorted(each.result() for each in done)

    assert versions == list(range(2, 10))
    assert [version.version for version in versions_of(template)] == list(range(1, 10))


def test_redaction_stays_on_and_makes_no_version():
    template = create()

    redact(template, actor=template.created_by)

    assert TemplateRedacted.objects.get().redact_personalisation
    assert len(versions_of(template)) == 1


@pytest.mark.parametrize("table", ["templates", "templates_history"])
def test_the_database_refuses_an_unknown_process_type(table):
    TemplateFactory()

    with (
        pytest.raises(IntegrityError, match="process_type"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, "
            """jsonb_build_object('id', gen_random_uuid(), 'history_id', 99,"""
            """ 'process_type', 'urgent'))).* """
            f"FROM {table} t LIMIT 1"
        )


def test_the_database_gives_a_row_inserted_by_old_code_the_normal_process_type():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns "
            "WHERE table_name = 'templates' AND column_name = 'process_type'"
        )
        [default] = cursor.fetchone()

    assert default.startswith("'normal'")


@pytest.mark.parametrize("table", ["templates", "templates_history"])
def test_the_database_refuses_an_unsubscribe_link_in_a_text(table):
    TemplateFactory()

    with (
        pytest.raises(IntegrityError, match=f"ck_{table}_unsubscribe"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, "
            """jsonb_build_object('id', gen_random_uuid(), 'history_id', 99,"""
            """ 'has_unsubscribe_link', true))).* """
            f"FROM {table} t LIMIT 1"
        )


def test_an_unsubscribe_link_belongs_to_the_version_it_was_set_in():
    template = create(template_type="email", subject="News")

    for _ in range(2):
        update_template(template, actor=template.created_by, has_unsubscribe_link=True)

    assert [each.has_unsubscribe_link for each in versions_of(template)] == [False, True]
    assert not find_version(template.id, 1).has_unsubscribe_link
    assert find_version(template.id, 2).has_unsubscribe_link


@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}"])
def test_a_version_cannot_be_changed_or_removed(statement):
    create()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("templates_history"))


def test_a_save_that_goes_round_the_versions_is_refused():
    template = create()
    template.content = "Changed in place"

    with pytest.raises(DatabaseError, match="without a new version"), transaction.atomic():
        template.save()

    template.refresh_from_db()
    assert template.content == "Code ((code))"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": " "}, "The name must have"),
        ({"name": "x" * 256}, "The name must have"),
        ({"content": " "}, "The content must not be empty"),
        ({"content": "x" * 919}, "greater than the limit of 918"),
        ({"content": "a\0b"}, "null characters"),
        ({"subject": "For a text"}, "has no subject"),
        ({"template_type": "email"}, "Invalid template subject"),
        ({"template_type": "email", "subject": " "}, "Invalid template subject"),
        ({"process_type": "urgent"}, "urgent is not a process type"),
        ({"postage": "first"}, "postage"),
        ({"template_type": "letter", "subject": "s", "postage": "third"}, "postage"),
        ({"template_type": "fax"}, "fax is not a type"),
        ({"has_unsubscribe_link": True}, "Emails alone have an unsubscribe link"),
    ],
)
def test_what_cannot_be_sent_cannot_be_saved(values, message):
    with pytest.raises(InvalidTemplate, match=message):
        create(**values)

    assert not Template.objects.exists()


def test_placeholders_do_not_count_for_the_length_of_a_text():
    template = create(content="x" * 918 + "((a long name that nobody counts))")

    assert template.version == 1


def test_a_letter_is_second_class_unless_said_otherwise():
    assert create(template_type="letter", subject="Heading").postage == "second"


def test_a_change_is_read_at_once_and_old_versions_stay_readable(
    settings, django_capture_on_commit_callbacks
):
    settings.READ_MODEL_SECONDS = 60
    template = create()
    assert find_template(template.service_id, template.id).version == 1

    with django_capture_on_commit_callbacks(execute=True):
        update_template(template, actor=None, content="Other", process_type="priority")

    assert find_template(template.service_id, template.id).version == 2
    old, new = find_version(template.id, 1), find_version(template.id, 2)
    assert (old.content, old.process_type) == ("Code ((code))", "normal")
    assert (new.content, new.process_type) == ("Other", "priority")
