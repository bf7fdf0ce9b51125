"""What happens when two people change the same thing at the same moment."""

import threading

import pytest
from django.db import connection

from notify_project.api.errors import ApiError
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.folders import create_folder, delete_folder, move
from templates_app.models import Template, TemplateFolder, TemplateHistory
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template, create_template, update_template

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def at_once(*calls):
    """Run calls at the same moment, each on its own connection; return what they refused."""
    refused = []
    broken = []
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            call()
        except ApiError as error:
            refused.append(error.message)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return refused


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
