import pytest
from django.db import IntegrityError, connection, transaction
from freezegun import freeze_time

from services.creating import archive_service
from services.senders import add_letter_contact, archive_sender
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.read_models import find_template, find_version, list_templates
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.validation import InvalidTemplate
from templates_app.versions import archive_template, create_template, update_template

pytestmark = pytest.mark.django_db


def create(**values):
    values = {"name": "Code", "template_type": "sms", "content": "Code ((code))", **values}
    return create_template(ServiceFactory(), actor=UserFactory(), **values)


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


def test_another_author_of_an_equal_update_is_a_new_version():
    template, second_author = create(), UserFactory()

    update_template(template, actor=second_author, content=template.content)

    first, second = versions_of(template)
    assert (first.created_by_id, second.created_by_id) == (template.created_by_id, second_author.id)
    assert (first.content, second.content) == (template.content, template.content)


def test_an_equal_update_by_nobody_is_no_version():
    template = create()

    unchanged = update_template(template, actor=None, content=template.content)

    assert (unchanged.version, unchanged.created_by) == (1, template.created_by)
    assert len(versions_of(template)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"postage": "first"},
        {"subject": "Other"},
        {
            "letter_languages": "welsh_then_english",
            "letter_welsh_subject": "Pennawd",
            "letter_welsh_content": "Helo",
        },
    ],
    ids=["postage", "subject", "languages"],
)
def test_what_only_letters_have_belongs_to_the_version_too(change):
    template = create(template_type="letter", subject="Heading")

    for _ in range(2):
        update_template(template, actor=template.created_by, **change)

    first, second = versions_of(template)
    assert {name: getattr(second, name) for name in change} == change
    assert all(getattr(first, name) != value for name, value in change.items())


def test_a_welsh_letter_becomes_english_when_its_welsh_is_taken_away():
    letter = TemplateFactory(welsh=True)
    gone = dict.fromkeys(["letter_welsh_subject", "letter_welsh_content"])

    update_template(letter, actor=None, letter_languages="english", **gone)

    assert find_version(letter.id, 1).letter_welsh_content == "Helo ((name))"
    assert find_version(letter.id, 2).letter_welsh_content is None


def test_a_contact_block_that_is_chosen_changed_or_removed_is_a_version_even_if_the_same():
    letter = create(template_type="letter", subject="Heading")
    blocks = [add_letter_contact(letter.service, text).id for text in ("1 Road", "2 Road")]

    chosen = [blocks[0], blocks[0], blocks[1], None, None]
    for block in chosen:
        update_template(letter, actor=letter.created_by, service_letter_contact_id=block)

    versions = versions_of(letter)
    assert [each.service_letter_contact_id for each in versions] == [None, *chosen]
    assert [each.version for each in versions] == [1, 2, 3, 4, 5, 6]


def with_contact_block():
    """Return a letter and its contact block."""
    letter = create(template_type="letter", subject="Heading")
    block = add_letter_contact(letter.service, "((office))\n1 Road")
    update_template(letter, actor=letter.created_by, service_letter_contact_id=block.id)
    return letter, block


def test_a_letter_loses_an_archived_contact_block_at_once_and_its_version_keeps_it(
    settings, django_capture_on_commit_callbacks
):
    settings.READ_MODEL_SECONDS = 60
    letter, block = with_contact_block()
    assert find_template(letter.service_id, letter.id).letter_contact_block == block.contact_block

    with django_capture_on_commit_callbacks(execute=True):
        archive_sender(block)

    newest = find_template(letter.service_id, letter.id)
    assert (newest.letter_contact_block, newest.names) == (None, ("code",))
    assert newest.version == len(versions_of(letter)) == 2
    assert find_version(letter.id, 2).letter_contact_block == block.contact_block


def test_the_next_version_is_without_the_archived_contact_block():
    letter, block = with_contact_block()
    archive_sender(block)

    for _ in range(2):
        update_template(letter, actor=letter.created_by, content="Other")

    versions = versions_of(letter)
    assert [each.service_letter_contact_id for each in versions] == [None, block.id, None]


def test_an_equal_update_after_its_contact_block_was_archived_is_no_version():
    letter, block = with_contact_block()
    archive_sender(block)

    update_template(letter, actor=letter.created_by, content=letter.content)

    assert len(versions_of(letter)) == 2


def test_an_archived_template_leaves_its_folder_and_can_still_be_read():
    folder = TemplateFolderFactory()
    template = create_template(
        folder.service,
        name="Code",
        template_type="sms",
        content="x",
        actor=None,
        folder_id=folder.id,
    )

    archived = archive_template(template, actor=None)

    assert archived.folder is None
    assert list_templates(template.service_id, None) == []
    assert find_template(template.service_id, template.id).archived
    assert [find_version(template.id, number).archived for number in (1, 2)] == [False, True]


def test_the_templates_of_an_archived_service_are_archived_with_a_version():
    folder = TemplateFolderFactory()
    template = TemplateFactory(service=folder.service, folder=folder)
    before = archive_template(TemplateFactory(service=folder.service), actor=None)
    other = TemplateFactory()

    archive_service(folder.service, actor=UserFactory())

    assert [row.archived for row in versions_of(template)] == [False, True]
    assert len(versions_of(before)) == 2
    assert not Template.objects.get(id=other.id).archived


def test_a_field_that_nobody_changes_is_a_mistake_of_the_caller():
    template = create()

    with pytest.raises(TypeError, match="folder_id"):
        update_template(template, actor=None, folder_id=None)


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
