import pytest
from django.urls import reverse

from notify_project.tests.queries import queries_of_few_and_many_rows
from services.tests.factories import ServiceFactory
from templates_app.models import Template, TemplateFolder
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

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

    places = [page.index(f">{path}<") for path in ("B", "B/A", "C")]
    assert places == sorted(places)


def test_a_folder_is_made_renamed_and_moved(signed_in, tree):
    outer, inner, other = tree
    add = reverse("admin:templates_app_templatefolder_add")

    signed_in.post(add, {"service": outer.service_id, "name": " New "})
    signed_in.post(url(inner), {"name": "Renamed", "parent": other.pk})

    inner.refresh_from_db()
    assert (inner.name, inner.parent) == ("Renamed", other)
    assert TemplateFolder.objects.get(name="New").parent is None


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

    page = signed_in.post(url(outer), {"name": "Other", "parent": parent.pk}, follow=True)

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
        signed_in.post(url(folder, "delete"), {"post": "yes"}, follow=True).content.decode()
        for folder in (outer, other, inner)
    ]

    assert ["Folder is not empty" in page for page in pages] == [True, True, False]
    assert sorted(TemplateFolder.objects.values_list("name", flat=True)) == ["B", "C"]


def test_deleting_is_asked_first(signed_in, tree):
    page = signed_in.get(url(tree[1], "delete")).content.decode()

    assert "Are you sure" in page
    assert TemplateFolder.objects.filter(name="A").exists()
