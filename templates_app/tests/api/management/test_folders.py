"""Folders: made, renamed, filled, emptied, deleted."""

import pytest

from notify_project.models import AuditEvent
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.tests.api.management.client import member
from services.tests.factories import ServiceFactory
from templates_app.models import Template, TemplateFolder
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory()


@pytest.fixture
def author(service):
    return member(service, "manage_templates")


@pytest.fixture
def path(service):
    return f"/service/{service.id}/template-folder"


def unchanged(caller, method, path, body=None):
    """Ask for what is refused, and return the answer; nothing may have changed."""
    before = AuditEvent.objects.count()
    status, answer = caller.ask(method, path, body)
    assert AuditEvent.objects.count() == before
    return status, answer["message"]


def test_a_tree_is_made_renamed_listed_flat_and_taken_away(author, path):
    _, outer = author.post(path, {"name": " Letters "})
    status, inner = author.post(path, {"name": "Overdue", "parent": outer["id"]})
    _, renamed = author.patch(f"{path}/{outer['id']}", {"name": "Post"})

    assert status == 201
    assert outer == {"id": outer["id"], "name": "Letters", "parent": None}
    assert inner == {"id": inner["id"], "name": "Overdue", "parent": outer["id"]}
    assert renamed == outer | {"name": "Post"}
    assert author.get(path)[1]["data"] == [inner, renamed]
    assert author.get(f"{path}/{inner['id']}")[1] == inner

    not_empty = unchanged(author, "delete", f"{path}/{outer['id']}")
    assert not_empty == (400, "Folder is not empty")
    for folder in (inner, outer):
        assert author.delete(f"{path}/{folder['id']}") == (204, None)
    assert author.delete(f"{path}/{outer['id']}")[0] == 404
    actions = AuditEvent.objects.order_by("created_at").values_list("action", "actor_id")
    words = ["create", "create", "rename", "delete", "delete"]
    done = [each for each in actions if each[0].endswith(" folder")]
    assert done == [(f"{word} folder", author.user.id) for word in words]


def test_folders_and_templates_are_moved_together_and_archived_ones_stay(author, path, service):
    outer, inner = (TemplateFolderFactory(service=service) for _ in range(2))
    live = TemplateFactory(service=service)
    gone = archive_template(TemplateFactory(service=service), actor=None)
    ids = [str(live.id), str(gone.id), str(live.id)]

    moved = author.post(
        f"{path}/move", {"into": str(outer.id), "folders": [str(inner.id)], "templates": ids}
    )

    rows = Template.objects.in_bulk()
    assert moved == (204, None)
    assert (rows[live.id].folder, rows[live.id].version, rows[gone.id].folder) == (outer, 1, None)
    assert TemplateFolder.objects.get(id=inner.id).parent == outer
    assert author.post(f"{path}/move", {"into": None, "templates": ids})[0] == 204
    assert Template.objects.get(id=live.id).folder is None


def test_what_cannot_be_moved_is_said_and_nothing_moves(author, path, service):
    outer = TemplateFolderFactory(service=service)
    inner = TemplateFolderFactory(service=service, parent=outer)
    hidden = TemplateFactory(service=service, hidden=True)
    foreign_folder, foreign = TemplateFolderFactory(), TemplateFactory()
    mine = str(TemplateFactory(service=service).id)
    none = {"into": ["The service has none with this id"]}
    nothing = {"non_field_errors": ["Name folders or templates that are to be moved"]}
    many = {"templates": ["Ensure this field has no more than 1000 elements."]}

    for body, message in (
        ({"templates": [mine]}, {"into": ["This field is required."]}),
        ({"into": "", "templates": [mine]}, {"into": ["An id is needed."]}),
        ({"into": None}, nothing),
        ({"into": None, "templates": []}, nothing),
        ({"into": None, "templates": [mine] * 1001}, many),
        ({"into": None, "folders": ["x"]}, {"folders": {"0": ["Must be a valid UUID."]}}),
        ({"into": str(foreign_folder.id), "templates": [mine]}, none),
        (
            {"into": str(inner.id), "folders": [str(outer.id)], "templates": [mine]},
            "You cannot move a folder to one of its subfolders",
        ),
        (
            {"into": str(inner.id), "folders": [str(inner.id)]},
            "You cannot move a folder to itself",
        ),
        (
            {"into": str(inner.id), "templates": [mine, str(foreign.id)]},
            f"No template found with id {foreign.id}",
        ),
        ({"into": None, "templates": [str(hidden.id)]}, f"No template found with id {hidden.id}"),
        (
            {"into": None, "folders": [str(foreign_folder.id)]},
            f"No folder found with id {foreign_folder.id}",
        ),
    ):
        assert unchanged(author, "post", f"{path}/move", body) == (400, message)
    assert not Template.objects.filter(folder__isnull=False).exists()


def test_what_is_no_folder_is_refused_in_words(author, path, service):
    folder = TemplateFolderFactory(service=service, name="Old")
    foreign = TemplateFolderFactory()
    url = f"{path}/{folder.id}"

    for method, address, body, status, message in (
        ("post", path, {"name": "  "}, 400, {"name": ["This field may not be blank."]}),
        ("post", path, {"name": "\u200b"}, 400, "The name must have 1 to 255 characters"),
        ("post", path, {"name": 7}, 400, {"name": ["A text is needed."]}),
        ("patch", url, {"name": "a\0"}, 400, {"name": ["Null characters are not allowed."]}),
        ("patch", url, {"parent": None}, 400, {"parent": ["This cannot be set"]}),
    ):
        assert unchanged(author, method, address, body) == (status, message)
    for method, body in (("patch", {"name": "x"}), ("delete", None), ("get", None)):
        assert unchanged(author, method, f"{path}/{foreign.id}", body)[0] == 404
    assert author.patch(url, {})[1]["name"] == "Old"
    assert author.patch(url, {"name": "Old"})[0] == 200
    assert not AuditEvent.objects.filter(action="rename folder").exists()


def test_many_folders_take_no_more_questions_than_few_and_none_is_left_out(author, path, service):
    author.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {author.token}"
    parent = TemplateFolderFactory(service=service, name="Same")

    few, many = queries_of_few_and_many_rows(
        author.client,
        path,
        lambda: TemplateFolderFactory(service=service, name="Same", parent=parent),
    )

    seen, following = [], f"{path}?page_size=5"
    while following:
        _, page = author.get(following)
        seen += [row["id"] for row in page["data"]]
        following = page["links"]["next"]
    assert few == many
    assert len(seen) == len(set(seen)) == TemplateFolder.objects.count()
