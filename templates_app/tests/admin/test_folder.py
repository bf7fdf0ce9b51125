import pytest
from django.urls import reverse

from notify_project.models import AuditEvent
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.tests.factories import ServiceFactory
from templates_app.folders import move
from templates_app.models import Template, TemplateFolder
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

WHY = {"reason": "tidied up"}
SURE = {"confirmed": "yes", **WHY}
LIST = "admin:templates_app_templatefolder_changelist"


def url(folder, what="change"):
    return reverse(f"admin:templates_app_templatefolder_{what}", args=[folder.pk])


@pytest.fixture
def tree(db):
    """Return the folders B/A and C of one service."""
    service = ServiceFactory()
    outer, other = (TemplateFolderFactory(service=service, name=name) for name in "BC")
    return outer, TemplateFolderFactory(service=service, name="A", parent=outer), other


def test_the_list_is_a_tree(signed_in, tree):
    page = signed_in.get(reverse(LIST)).content.decode()

    places = [page.index(f">{path}<") for path in ("B", "B / A", "C")]
    assert places == sorted(places)


def test_a_folder_is_made_renamed_and_moved(signed_in, tree):
    outer, inner, other = tree
    add = reverse("admin:templates_app_templatefolder_add")

    signed_in.post(add, {"service": outer.service_id, "name": " New ", **WHY})
    signed_in.post(url(inner), {"name": "Renamed", "parent": other.pk, **WHY})

    inner.refresh_from_db()
    assert (inner.name, inner.parent) == ("Renamed", other)
    assert TemplateFolder.objects.get(name="New").parent is None
    assert set(AuditEvent.objects.values_list("action", "reason")) == {
        ("create folder", "tidied up"),
        ("rename folder", "tidied up"),
        ("move to folder", "tidied up"),
    }


def test_a_page_that_was_opened_before_another_change_keeps_it(signed_in, staff, tree):
    outer, inner, other = tree
    shown = signed_in.get(url(inner)).context["adminform"].form["shown"].value()
    move(outer.service, folder_ids=[inner.pk], into=other.pk, actor=staff)

    changes = {"name": "Mine", "parent": outer.pk, "shown": shown, **WHY}
    signed_in.post(url(inner), changes)
    again = signed_in.post(url(inner), changes | {"name": "Late"})

    inner.refresh_from_db()
    assert (inner.name, inner.parent) == ("Mine", other)
    assert "Somebody changed this meanwhile" in again.content.decode()


@pytest.mark.parametrize(
    ("into", "message"),
    [
        ("B", "You cannot move a folder to itself"),
        ("A", "You cannot move a folder to one of its subfolders"),
    ],
)
def test_a_move_that_is_refused_is_explained_and_nothing_is_renamed(signed_in, tree, into, message):
    outer = tree[0]
    parent = TemplateFolder.objects.get(name=into)

    form = {"name": "Other", "parent": parent.pk, **WHY}
    page = signed_in.post(url(outer), form, follow=True)

    outer.refresh_from_db()
    assert message in page.content.decode()
    assert (outer.name, outer.parent) == ("B", None)


def test_the_page_of_a_folder_links_to_what_is_in_it(signed_in, tree):
    outer, inner, _ = tree

    few, many = queries_of_few_and_many_rows(
        signed_in, url(outer), lambda: TemplateFactory(service=outer.service, folder=outer)
    )
    page = signed_in.get(url(outer)).content.decode()

    assert few == many
    template = Template.objects.latest("created_at")
    assert url(inner) in page
    assert reverse("admin:templates_app_template_change", args=[template.pk]) in page


def test_an_empty_folder_is_deleted_and_another_one_is_not(signed_in, tree):
    outer, inner, other = tree
    TemplateFactory(service=outer.service, folder=other)

    pages = [
        signed_in.post(url(folder, "delete"), SURE, follow=True).content.decode()
        for folder in (outer, other, inner)
    ]

    assert ["Folder is not empty" in page for page in pages] == [True, True, False]
    assert sorted(TemplateFolder.objects.values_list("name", flat=True)) == ["B", "C"]
    event = AuditEvent.objects.get(action="delete folder")
    assert (event.before, event.reason) == ({"name": "A"}, "tidied up")


def test_deleting_is_asked_first(signed_in, tree):
    page = signed_in.get(url(tree[1], "delete")).content.decode()
    unreasoned = signed_in.post(url(tree[1], "delete"), {"confirmed": "yes", "reason": " . "})

    assert "Delete A?" in page
    assert (unreasoned.status_code, AuditEvent.objects.count()) == (422, 0)
    assert TemplateFolder.objects.filter(name="A").exists()
