import re

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from notify_project.admin.links import find_url
from notify_project.admin.navigation import GROUPS, navigation
from services.tests.factories import ServiceFactory, UserFactory

ITEMS = [item for items in GROUPS.values() for item in items]


def shown(user):
    request = RequestFactory().get(reverse("admin:services_service_changelist"))
    request.user = user
    return {item["title"]: item for group in navigation(request) for item in group["items"]}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item[2])
def test_every_page_of_the_sidebar_exists(item):
    assert find_url(item[2])


def test_who_may_see_one_page_is_offered_that_page_alone(db):
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_service"))

    titles = set(shown(user))

    assert "Services" in titles
    assert titles == {
        *("Services", "Home", "Find anything", "Second factors", "Where you are signed in")
    }


def test_the_page_that_is_open_is_marked(db):
    items = shown(UserFactory(support=True))

    assert [title for title, item in items.items() if item["active"]] == ["Services"]


@pytest.mark.parametrize(("name", "colour"), [("Production", "danger"), ("Test", "info")])
def test_an_installation_with_a_name_shows_it(db, client, settings, name, colour):
    settings.ENVIRONMENT_NAME = name
    client.force_login(UserFactory(support=True))

    page = client.get(reverse("admin:services_service_changelist"))

    assert page.context["environment"] == [name, colour]
    assert name in page.content.decode()


def test_the_head_of_a_page_says_its_list_and_its_row_without_the_app(admin_client):
    service = ServiceFactory(name="Library")

    page = admin_client.get(reverse("admin:services_service_change", args=[service.id]))

    words = re.findall(r'tracking-tight">\s*([^<]+?)\s*<', page.content.decode())
    assert words[-2:] == ["Services", "Library"]
