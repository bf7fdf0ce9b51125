"""What happens when two people change the same thing at the same moment."""

import threading
import time

import pytest
from django.db import transaction

from notify_project.models import AuditEvent
from notify_project.tests.at_once import at_once
from services.creating import archive_service
from services.models import ServiceLetterContact
from services.senders import add_letter_contact, archive_sender
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.folders import create_folder, delete_folder, move
from templates_app.models import Template, TemplateFolder, TemplateHistory
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template, create_template, update_template

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def versions_of(template):
    return list(TemplateHistory.objects.filter(id=template.id).order_by("version"))


def test_two_updates_are_two_versions_and_neither_is_lost():
    template = TemplateFactory(name="Old", content="Old")

    for number in range(ROUNDS):
        refused = at_once(
            lambda number=number: update_template(template, actor=None, name=f"Name {number}"),
            lambda number=number: update_template(template, actor=None, content=f"{number}"),
        )

        row = Template.objects.get()
        assert refused == []
        assert (row.name, row.content) == (f"Name {number}", f"{number}")
    assert [each.version for each in versions_of(template)] == list(range(1, 2 * ROUNDS + 2))


def test_of_two_updates_of_the_same_version_one_is_refused():
    template = TemplateFactory(content="Old")

    for number in range(1, ROUNDS + 1):
        [message] = at_once(
            *[
                lambda text=text, number=number: update_template(
                    template, actor=None, expected_version=number, content=f"{text} {number}"
                )
                for text in ("One", "Other")
            ]
        )

        assert message.startswith(f"The newest version is {number + 1}, not {number}")
    assert len(versions_of(template)) == ROUNDS + 1


def test_an_update_and_an_archive_leave_an_archived_template():
    for _ in range(ROUNDS):
        template = TemplateFactory()

        refused = at_once(
            lambda template=template: update_template(template, actor=None, content="Other"),
            lambda template=template: archive_template(template, actor=None),
        )

        assert refused in ([], ["Template has been deleted"])
        versions = versions_of(template)
        assert [each.archived for each in versions] == [False] * (2 - len(refused)) + [True]
        assert Template.objects.get(id=template.id).archived


def test_a_template_that_is_made_while_its_service_is_archived_is_archived_or_refused():
    for _ in range(ROUNDS):
        service = ServiceFactory()

        refused = at_once(
            lambda service=service: create_template(
                service, name="Code", template_type="sms", content="x", actor=None
            ),
            lambda service=service: archive_service(service, actor=None),
        )

        made = Template.objects.filter(service=service).values_list("archived", flat=True)
        assert list(made) == ([] if refused else [True])
        assert refused in ([], ["The service is archived"])


def test_two_moves_that_would_make_a_cycle_make_none():
    for _ in range(ROUNDS):
        service = ServiceFactory()
        first, second = (TemplateFolderFactory(service=service) for _ in range(2))

        refused = at_once(
            lambda args=(service, first, second): move(
                args[0], folder_ids=[args[1].id], into=args[2].id, actor=None
            ),
            lambda args=(service, second, first): move(
                args[0], folder_ids=[args[1].id], into=args[2].id, actor=None
            ),
        )

        assert refused == ["You cannot move a folder to one of its subfolders"]
        assert TemplateFolder.objects.filter(service=service, parent=None).count() == 1


def test_redacting_twice_is_done_once():
    author = UserFactory()
    for _ in range(ROUNDS):
        template = TemplateFactory()

        assert at_once(*[lambda template=template: redact(template, actor=author)] * 2) == []

        events = AuditEvent.objects.filter(subject_id=str(template.id))
        assert [event.action for event in events] == ["redact template"]


@pytest.mark.parametrize("what", ["folder", "template"])
def test_a_folder_that_is_deleted_while_something_is_put_into_it_is_kept_or_gone(what):
    for _ in range(ROUNDS):
        folder = TemplateFolderFactory()

        def put(folder=folder):
            if what == "folder":
                create_folder(folder.service, "Inner", parent_id=folder.id, actor=None)
                return
            create_template(
                folder.service,
                name="Code",
                template_type="sms",
                content="x",
                actor=None,
                folder_id=folder.id,
            )

        refused = at_once(put, lambda folder=folder: delete_folder(folder, actor=None))

        [message] = refused
        is_kept = TemplateFolder.objects.filter(id=folder.id).exists()
        assert message == ("Folder is not empty" if is_kept else "parent_folder_id not found")


def test_a_template_that_is_moved_while_it_is_archived_is_in_no_folder():
    for _ in range(ROUNDS):
        folder = TemplateFolderFactory()
        template = TemplateFactory(service=folder.service)

        refused = at_once(
            lambda args=(folder, template): move(
                args[0].service, template_ids=[args[1].id], into=args[0].id, actor=None
            ),
            lambda template=template: archive_template(template, actor=None),
        )

        row = Template.objects.get(id=template.id)
        assert (refused, row.archived, row.folder, row.version) == ([], True, None, 2)


def take_when_created(service, block_id):
    template = create_template(
        service,
        name="Letter",
        template_type="letter",
        subject="About",
        content="x",
        service_letter_contact_id=block_id,
        actor=None,
    )
    return template.id


def take_when_updated(service, block_id):
    template = Template.objects.get(service=service)
    return update_template(template, actor=None, service_letter_contact_id=block_id).id


@pytest.mark.parametrize("take", [take_when_created, take_when_updated], ids=["create", "update"])
def test_a_block_that_is_being_archived_is_not_taken(take):
    service = ServiceFactory()
    if take is take_when_updated:
        TemplateFactory(letter=True, service=service)
    block = add_letter_contact(service, "1 Road")
    asked = threading.Event()

    def archive():
        with transaction.atomic():
            archive_sender(block)
            asked.set()
            # Time enough for the other to read without waiting, which it must not.
            time.sleep(0.3)

    def take_it():
        asked.wait(5)
        take(service, block.id)

    [message] = at_once(archive, take_it)

    assert message.startswith(f"letter_contact_id {block.id} does not exist")
    assert ServiceLetterContact.objects.get().archived
    assert not Template.objects.filter(service_letter_contact=block).exists()


def test_who_archives_a_block_waits_for_the_template_that_takes_it():
    service = ServiceFactory()
    template = TemplateFactory(letter=True, service=service)
    block = add_letter_contact(service, "1 Road")
    asked = threading.Event()
    done = []

    def take():
        with transaction.atomic():
            update_template(template, actor=None, service_letter_contact_id=block.id)
            asked.set()
            time.sleep(0.3)
            done.append("take")

    def archive():
        asked.wait(5)
        archive_sender(block)
        done.append("archive")

    assert at_once(take, archive) == []
    assert done == ["take", "archive"]
