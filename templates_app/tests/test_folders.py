import uuid

import pytest

from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.folders import (
    InvalidFolder,
    create_folder,
    delete_folder,
    move,
    rename_folder,
)
from templates_app.models import Template, TemplateFolder, TemplateHistory
from templates_app.precompiled import precompiled_template
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """Return a service with the folders A/B/C."""
    service = ServiceFactory()
    folders = {}
    parent = None
    for name in "ABC":
        parent = TemplateFolderFactory(service=service, name=name, parent=parent)
        folders[name] = parent
    return service, folders


def actions():
    return list(AuditEvent.objects.order_by("created_at").values_list("action", flat=True))


def test_a_folder_has_a_trimmed_name_and_a_parent():
    service, author = ServiceFactory(), UserFactory()

    outer = create_folder(service, " Appointments ", actor=author)
    inner = create_folder(service, "Reminders", parent_id=outer.id, actor=author)

    assert (outer.name, outer.parent) == ("Appointments", None)
    assert (inner.name, inner.parent, inner.service) == ("Reminders", outer, service)
    assert actions() == ["create folder", "create folder"]


@pytest.mark.parametrize("name", ["", " \n", "x" * 256, "a\0b", "\ud83d"], ids=repr)
def test_a_name_that_nobody_can_read_is_refused(name):
    folder = TemplateFolderFactory(name="Old")

    with pytest.raises(InvalidFolder, match="The name must"):
        create_folder(folder.service, name, actor=None)
    with pytest.raises(InvalidFolder, match="The name must"):
        rename_folder(folder, name, actor=None)

    assert [each.name for each in TemplateFolder.objects.all()] == ["Old"]


def test_a_parent_of_another_service_is_not_found():
    service, other = ServiceFactory(), TemplateFolderFactory()

    with pytest.raises(InvalidFolder, match="parent_folder_id not found"):
        create_folder(service, "x", parent_id=other.id, actor=None)

    assert not TemplateFolder.objects.filter(service=service).exists()


def test_renaming_makes_no_version_and_the_same_name_is_no_change():
    folder = TemplateFolderFactory(name="Old")
    TemplateFactory(service=folder.service, folder=folder)

    for _ in range(2):
        rename_folder(folder, " New ", actor=None)

    assert TemplateFolder.objects.get().name == "New"
    assert TemplateHistory.objects.count() == 1
    assert actions() == ["rename folder"]


def test_folders_and_templates_move_together_and_make_no_version(tree):
    service, folders = tree
    template = TemplateFactory(service=service)

    move(
        service,
        folder_ids=[folders["C"].id],
        template_ids=[template.id],
        into=folders["A"].id,
        actor=None,
    )

    assert TemplateFolder.objects.get(name="C").parent == folders["A"]
    assert Template.objects.get().folder == folders["A"]
    assert TemplateHistory.objects.count() == 1


def test_everything_can_move_to_the_top_level(tree):
    service, folders = tree
    template = TemplateFactory(service=service, folder=folders["C"])

    move(service, folder_ids=[folders["B"].id], template_ids=[template.id], into=None, actor=None)

    assert TemplateFolder.objects.get(name="B").parent is None
    assert TemplateFolder.objects.get(name="C").parent == folders["B"]
    assert Template.objects.get().folder is None


@pytest.mark.parametrize(
    ("moved", "into", "message"),
    [
        ("A", "A", "You cannot move a folder to itself"),
        ("A", "B", "You cannot move a folder to one of its subfolders"),
        ("A", "C", "You cannot move a folder to one of its subfolders"),
    ],
)
def test_a_folder_does_not_move_into_itself(tree, moved, into, message):
    service, folders = tree
    template = TemplateFactory(service=service)

    with pytest.raises(InvalidFolder, match=message):
        move(
            service,
            folder_ids=[folders[moved].id],
            template_ids=[template.id],
            into=folders[into].id,
            actor=None,
        )

    assert TemplateFolder.objects.get(name=moved).parent == folders[moved].parent
    assert Template.objects.get().folder is None


def test_archived_templates_are_left_where_they_are(tree):
    service, folders = tree
    archived = archive_template(TemplateFactory(service=service), actor=None)
    live = TemplateFactory(service=service)

    move(service, template_ids=[archived.id, live.id], into=folders["A"].id, actor=None)

    assert Template.objects.get(id=archived.id).folder is None
    assert Template.objects.get(id=live.id).folder == folders["A"]


def test_what_is_not_the_services_stops_the_whole_move(tree):
    service, folders = tree
    mine = TemplateFactory(service=service)
    others = [TemplateFactory().id, precompiled_template(service.id).id, uuid.uuid4()]

    for other in others:
        with pytest.raises(InvalidFolder, match=f"No template found with id {other}"):
            move(service, template_ids=[mine.id, other], into=folders["A"].id, actor=None)
    foreign = TemplateFolderFactory()
    with pytest.raises(InvalidFolder, match=f"No folder found with id {foreign.id}"):
        move(service, folder_ids=[foreign.id], into=folders["A"].id, actor=None)
    with pytest.raises(InvalidFolder, match="parent_folder_id not found"):
        move(service, template_ids=[mine.id], into=foreign.id, actor=None)

    assert not Template.objects.exclude(folder=None).exists()


def test_an_empty_folder_is_deleted_and_one_with_something_in_it_is_not(tree):
    service, folders = tree
    template = TemplateFactory(service=service, folder=folders["C"])

    for name in "BC":
        with pytest.raises(InvalidFolder, match="Folder is not empty"):
            delete_folder(folders[name], actor=None)
    archive_template(template, actor=None)
    delete_folder(folders["C"], actor=None)

    assert sorted(TemplateFolder.objects.values_list("name", flat=True)) == ["A", "B"]
    assert actions() == ["delete folder"]


def test_a_folder_that_is_gone_is_not_found_and_deleted_only_once():
    folder, author = TemplateFolderFactory(), UserFactory()

    delete_folder(folder, actor=author)
    delete_folder(folder, actor=author)
    with pytest.raises(InvalidFolder, match="Folder not found"):
        rename_folder(folder, "Other", actor=author)

    assert actions() == ["delete folder"]
