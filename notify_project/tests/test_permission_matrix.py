"""Who may see which page of the admin site, and use which of its actions.

What the site answers is compared with ``who_may.txt``. After a change that is meant, write that
file anew with ``NOTIFY_WRITE_WHO_MAY=1``, and read the difference.
"""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import get_resolver, resolve

from billing.budgets import set_budget
from billing.models import Budget, LetterRate, Rate
from billing.tests.factories import LetterRateFactory, RateFactory
from notify_project.tests.test_admin_pages import LISTS
from services import members
from services.models import Service, User
from services.models.member_permission import MemberPermission
from services.tests.factories import ServiceFactory, UserFactory

TABLE = Path(__file__).with_name("who_may.txt")
NOBODY = "00000000-0000-0000-0000-000000000000"
# Letter in the table -> the columns of such a person.
PEOPLE = {
    "A": {"roles": ["administrator"], "platform_admin": True},
    "S": {"roles": ["support"], "platform_admin": True},
    "O": {"roles": ["operations"], "platform_admin": True},
    "B": {"roles": ["billing"], "platform_admin": True},
    "R": {"roles": ["read-only"], "platform_admin": True},
    "M": {"roles": ["service-member"]},  # of every service, with all permissions
    "m": {"roles": ["service-member"]},  # of every service, with none
}
# Everybody's own, and pages of Django that show nothing.
OPEN = re.compile(
    r"admin/(account/|login/|logout/|password_change/|jsi18n/|search/|autocomplete/|r/|$"
    r"|\(\?P<url>|\^)"
)


def _paths(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _paths(pattern.url_patterns, path)
        # Old addresses of rows lead everybody to the new ones.
        elif path.startswith("admin/") and not (OPEN.match(path) or path.endswith("_id>/")):
            yield path


def _pages():
    """Return the paths of all pages, as they are written in the resolver."""
    return sorted(set(_paths(get_resolver().url_patterns)))


def _filled(path, rows):
    """Return an address of a page, with a row of its table."""
    label = "_".join(path.split("/")[1:3])
    values = {"page": "1", "queue": "priority", "task_id": "1", "step": "again"}

    def value(match):
        return values.get(match[1]) or str(rows.get(label, NOBODY))

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", value, path)


def _may(user, url):
    """Tell whether the page is shown, or leads on; nothing is drawn, which takes longest."""
    match = resolve(url)
    request = RequestFactory().get(url)
    request.user, request.session, request.resolver_match = user, {}, match
    request._messages = CookieStorage(request)
    try:
        response = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return False
    if response.status_code in {301, 302}:
        return not re.fullmatch(r"/admin/(login/.*)?", response["Location"])
    return response.status_code < 400


def _actions(user):
    request = RequestFactory().get("/")
    request.user = user
    for model, page in admin.site._registry.items():
        for name in page.get_actions(request) if page.has_view_permission(request) else ():
            yield f"{model._meta.label_lower} {name}"


@pytest.fixture
def rows(db):
    """Give the id of a row of each kind, by the name of its page."""
    set_budget(ServiceFactory(), "month", Decimal(1), actor=UserFactory())
    rows = {
        "billing_budget": Budget.objects.get().pk,
        # Of a fresh database there are some already.
        "billing_rate": (Rate.objects.first() or RateFactory()).pk,
        "billing_letterrate": (LetterRate.objects.first() or LetterRateFactory()).pk,
        "auth_group": Group.objects.create(name="by hand").pk,
    }
    for name, make in LISTS.items():
        app, _, model_name = name.rpartition("_")
        model = apps.get_model(app, model_name)
        before = set(model.objects.values_list("pk", flat=True))
        make()
        rows[name] = min(set(model.objects.values_list("pk", flat=True)) - before, key=str)
    user = User.objects.get(id=rows["services_user"])
    User.objects.filter(id=user.id).update(failed_login_count=10)
    Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
    return rows


@pytest.fixture
def people(rows):
    """Give one person of each kind, among rows of every kind."""
    found = {}
    for letter, columns in PEOPLE.items():
        found[letter] = UserFactory(**columns)
        if "service-member" in columns["roles"]:
            permissions = MemberPermission.Name.values if letter == "M" else ()
            for service in Service.objects.all():
                members.add_member(service, found[letter], actor=None, permissions=permissions)
    return found


def _lines(people, rows):
    for path in _pages():
        url = _filled(path, rows)
        who = "".join(letter for letter, user in people.items() if _may(user, url))
        yield f"{path} {who or '-'}"
    taken = {letter: set(_actions(user)) for letter, user in people.items()}
    for name in sorted(set().union(*taken.values())):
        yield f"{name} {''.join(letter for letter in people if name in taken[letter])}"


def test_pages_and_actions_are_for_those_whom_the_table_names(people, rows, redis, recorded_tasks):
    lines = list(_lines(people, rows))

    if os.environ.get("NOTIFY_WRITE_WHO_MAY"):
        TABLE.write_text("\n".join(lines) + "\n")
    assert lines == TABLE.read_text().splitlines()


def test_nobody_sees_anything_without_signing_in(db):
    for path in _pages():
        assert Client().get(_filled(path, {})).status_code in {302, 403, 404}, path
