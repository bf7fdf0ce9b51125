"""What the database refuses even to code that goes round the use cases."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from services.senders import add_letter_contact
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.models import (
    LetterAttachment,
    Template,
    TemplateFolder,
    TemplateHistory,
    TemplateRedacted,
)
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

pytestmark = pytest.mark.django_db


def execute(*statements):
    """Run statements in a transaction, up to its commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE templates_history SET name = 'x'",
        "UPDATE templates_history SET letter_welsh_content = 'x'",
        "UPDATE templates_history SET service_letter_contact_id = gen_random_uuid()",
        "UPDATE templates_history SET name = name",
        "DELETE FROM templates_history",
        "TRUNCATE templates_history CASCADE",
    ],
)
def test_a_version_cannot_be_changed_or_removed(statement):
    TemplateFactory(welsh=True)
    before = list(TemplateHistory.objects.values())
    # Tests may empty tables when they end; nothing else may.
    allow = "ALTER TABLE templates_history ENABLE TRIGGER tg_templates_history_never_emptied"

    with pytest.raises(DatabaseError, match="append-only"):
        execute(allow, statement)

    assert list(TemplateHistory.objects.values()) == before


# What a column of each kind is changed to; texts get one more letter.
OTHER_VALUES = {
    models.BooleanField: "NOT {0}",
    models.DateTimeField: "now() + interval '1 day'",
    models.ForeignKey: "NULL",
}
OTHER_WORDS = {
    "template_type": "email",
    "process_type": "priority",
    "letter_languages": "english",
}


def columns_of_versions():
    """Return the columns that a live row shares with its versions."""
    shared = {field.column for field in TemplateHistory._meta.concrete_fields}
    return sorted(shared - {"history_id", "id", "version"})


@pytest.mark.parametrize("column", columns_of_versions())
def test_no_column_of_a_template_changes_without_a_version(column):
    service = ServiceFactory()
    letter = TemplateFactory(
        welsh=True,
        service=service,
        service_letter_contact=add_letter_contact(service, "1 Road"),
        letter_attachment=LetterAttachment.objects.create(original_filename="x.pdf", page_count=1),
    )
    field = next(each for each in Template._meta.concrete_fields if each.column == column)
    if column in OTHER_WORDS:
        other = f"'{OTHER_WORDS[column]}'"
    else:
        other = OTHER_VALUES.get(type(field), "{0} || 'x'").format(column)

    with pytest.raises(DatabaseError, match="changed without a new version"):
        execute(f"UPDATE templates SET {column} = {other}")

    assert list(Template.objects.values(column)) == [{column: getattr(letter, field.attname)}]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE templates SET version = version + 1",
        "UPDATE templates SET version = version + 1, content = 'x'",
        "UPDATE templates SET version = version + 1, service_letter_contact_id = NULL",
    ],
)
def test_a_template_does_not_drift_from_its_newest_version(statement):
    letter = TemplateFactory(letter=True)

    with pytest.raises(DatabaseError, match="differs from its newest version"):
        execute(statement)

    letter.refresh_from_db()
    assert letter.version == 1


def test_a_template_without_a_version_is_refused():
    service = ServiceFactory()

    with pytest.raises(DatabaseError, match="differs from its newest version"):
        execute(
            "INSERT INTO templates (id, service_id, name, template_type, content, archived, hidden,"
            f" created_at, version) VALUES (gen_random_uuid(), '{service.id}', 'x', 'sms', 'x',"
            " false, false, now(), 1)"
        )

    assert not Template.objects.exists()


def test_a_folder_is_no_part_of_a_version():
    folder = TemplateFolderFactory()
    TemplateFactory(service=folder.service)

    execute(f"UPDATE templates SET folder_id = '{folder.id}'")

    assert Template.objects.get().folder == folder


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"process_type": "urgent"}, "process_type"),
        ({"has_unsubscribe_link": True}, "unsubscribe"),
        ({"letter_languages": "english"}, "languages"),
        ({"letter_welsh_subject": "x", "letter_welsh_content": "x"}, "welsh"),
        ({"template_type": "letter", "subject": "x", "postage": "second"}, "languages"),
        (
            {
                "template_type": "letter",
                "subject": "x",
                "postage": "second",
                "letter_languages": "welsh_then_english",
                "letter_welsh_subject": "x",
            },
            "welsh",
        ),
    ],
    ids=[
        "process type",
        "a link in a text",
        "languages of a text",
        "Welsh in a text",
        "a letter in no language",
        "half of a Welsh letter",
    ],
)
@pytest.mark.parametrize("model", [Template, TemplateHistory])
def test_the_database_refuses_what_does_not_belong_to_the_type(model, values, constraint):
    version = {"name": "x", "template_type": "sms", "content": "x", "version": 1, **values}
    service = ServiceFactory()
    if model is TemplateHistory:
        version["id"] = service.id

    with (
        pytest.raises(IntegrityError, match=f"ck_{model._meta.db_table}_{constraint}"),
        transaction.atomic(),
    ):
        model.objects.create(service_id=service.id, **version)


def test_the_database_gives_a_row_inserted_by_old_code_the_normal_process_type():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns "
            "WHERE table_name = 'templates' AND column_name = 'process_type'"
        )
        [default] = cursor.fetchone()

    assert default.startswith("'normal'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE template_redacted SET redact_personalisation = false",
        "UPDATE template_redacted SET updated_at = now()",
        "DELETE FROM template_redacted",
    ],
)
def test_redaction_cannot_be_switched_off(statement):
    redact(TemplateFactory(), actor=UserFactory())

    with pytest.raises(DatabaseError, match="stays redacted"):
        execute(statement)

    assert TemplateRedacted.objects.get().redact_personalisation


def test_redaction_has_an_author():
    TemplateFactory()

    with pytest.raises(IntegrityError, match="ck_template_redacted_author"):
        execute("UPDATE template_redacted SET redact_personalisation = true")


def test_a_template_is_in_a_folder_of_its_own_service():
    TemplateFactory()
    folder = TemplateFolderFactory()

    with pytest.raises(IntegrityError, match="fk_templates_folder"):
        execute(f"UPDATE templates SET folder_id = '{folder.id}'")


def test_a_folder_is_in_a_folder_of_its_own_service():
    first, second = TemplateFolderFactory(), TemplateFolderFactory()

    with pytest.raises(IntegrityError, match="fk_template_folder_parent"), transaction.atomic():
        TemplateFolder.objects.filter(id=first.id).update(parent=second)


def test_a_folder_is_not_in_itself():
    folder = TemplateFolderFactory()

    with pytest.raises(IntegrityError, match="ck_template_folder_parent"), transaction.atomic():
        TemplateFolder.objects.filter(id=folder.id).update(parent=folder)
