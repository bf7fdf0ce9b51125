"""Who may see which page of the admin site, and use which of its actions.

Of each page ``who_may.txt`` says who may look at it and, after ``does``, whose form it takes: an
empty one, so that little is changed. A page that only takes forms is shown to nobody.

What the site answers is compared with ``who_may.txt``. After a change that is meant, write that
file anew with ``NOTIFY_WRITE_WHO_MAY=1``, and read the difference.
"""

import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import get_resolver, resolve

from billing.budgets import set_budget
from billing.models import AnnualBilling, Budget, DefaultAnnualAllowance, LetterRate, Rate
from billing.report_requests import ask_for
from billing.tasks import make_report
from billing.tests.factories import FactBillingFactory, LetterRateFactory, RateFactory
from notifications.models import BulkAction, Job, LetterPrintBatch
from notifications.tests.factories import NotificationFactory
from notify_project import clock
from notify_project.tests.test_admin_pages import LISTS
from services import members
from services.models import Service, User
from services.models.member_permission import MemberPermission
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.changes.proposing import propose
from templates_app.models import TemplateChange, TemplateHistory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

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
# Pages without a form.
ONLY_SHOWS = re.compile(
    r"/history/$|/progress/$|\.png$|overview/$|^admin/\w+/\w+/$|/body/$|/file/$|/compare/$"
)


def _paths(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _paths(pattern.url_patterns, path)
        # Old addresses of rows lead everybody to the new ones.
        elif path.startswith("admin/") and not (OPEN.match(path) or path.endswith("_id>/")):
            yield path


def all_paths():
    """Return the paths of all pages, as they are written in the resolver."""
    return sorted(set(_paths(get_resolver().url_patterns)))


def address_of(path, rows):
    """Return an address of a page, with a row of its table; some steps want one of their own."""
    label = "_".join(path.split("/")[1:3])
    label = next((own for own in rows if "/" in own and path.endswith(own)), label)
    values = {"page": "1", "queue": "priority", "task_id": "1", "step": "again"}

    def value(match):
        return values.get(match[1]) or str(rows.get(label, NOBODY))

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", value, path)


def _may(user, url, form=None):
    """Tell whether the page is shown, or leads on; nothing is drawn, which takes longest."""
    match, method = resolve(url), "get" if form is None else "post"
    request = getattr(RequestFactory(), method)(url, form)
    request.user, request.resolver_match = user, match
    # As if everybody had asked to see whom the message went to.
    request.session = {"revealed": dict.fromkeys(map(str, match.kwargs.values()), 9e9)}
    request._dont_enforce_csrf_checks = True
    request._messages = CookieStorage(request)
    try:
        response = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return False
    for close in response._resource_closers:
        close()
    if response.status_code in {301, 302}:
        return not re.fullmatch(r"/admin/(login/.*)?", response["Location"])
    # What is wrong with a form that is taken is said with 200, 400 or 422.
    return response.status_code < 400 or (method == "post" and response.status_code in {400, 422})


def takes(user, url, form):
    """Tell whether the page takes a form of the person; whatever comes of it is taken back."""
    with transaction.atomic():
        may = _may(user, url, form)
        transaction.set_rollback(True)
    return may


def _actions(user):
    request = RequestFactory().get("/")
    request.user = user
    for model, page in admin.site._registry.items():
        for name in page.get_actions(request) if page.has_view_permission(request) else ():
            yield f"{model._meta.label_lower} {name}"


@pytest.fixture
def rows(db, redis, recorded_tasks, files):
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
    return rows | _further_rows(user)


def _further_rows(user):
    """Return rows that have no list of their own, and those that certain steps want."""
    now, year = clock.now(), 2026
    letter, email = TemplateFactory(letter=True), TemplateFactory(email=True)
    service = letter.service
    act = {"act": "fail", "state": "counted", "total": 1, "service": service}
    batch = {"provider": "print", "print_day": now.date(), "service": service}
    job = {"service": service, "template": letter, "created_by": user, "notification_count": 1}
    edited = TemplateFactory()
    update_template(edited, actor=user, content="New")
    change = propose(
        edited.service, "update", actor=user, template=edited, values={"content": "Newer"}
    )
    TemplateChange.objects.filter(id=change.id).update(state="in-review")
    leader = UserFactory(
        platform_admin=True, temporary_roles={"billing": (now + timedelta(hours=1)).isoformat()}
    )
    paper = NotificationFactory(template=letter)
    report = ask_for("messages", now.date(), now.date(), service=service, actor=user)
    make_report(str(report.id))
    return {
        "billing_annualbilling": AnnualBilling.objects.create(
            service=service, financial_year_start=year, free_sms_fragment_limit=1
        ).pk,
        "billing_defaultannualallowance": (
            DefaultAnnualAllowance.objects.first()
            or DefaultAnnualAllowance.objects.create(
                valid_from_financial_year_start=year,
                organisation_type="central",
                notification_type="sms",
                allowance=1,
            )
        ).pk,
        "billing_factbilling": FactBillingFactory(service_id=service.id).pk,
        "notifications_bulkaction": BulkAction.objects.create(
            since=now, until=clock.now(), **act
        ).pk,
        "notifications_letterprintbatch": LetterPrintBatch.objects.create(
            letter_count=1, sheet_count=1, **batch
        ).pk,
        "job/<path:object_id>/cancel-letters/": Job.objects.create(
            template_version=1, original_file_name="letters.csv", **job
        ).pk,
        "/attachment/": letter.pk,
        "template/<path:object_id>/pages.png": letter.pk,
        "notification/<uuid:object_id>/pages.png": paper.pk,
        "/letter/page/<int:page>.png": paper.pk,
        "/<uuid:message_id>/body/": NotificationFactory(template=email).pk,
        "/approve/": change.pk,
        "/refuse/": change.pk,
        "/restore/": TemplateHistory.objects.get(id=edited.id, version=1).pk,
        "/end-role/": leader.pk,
        "/file/": report.pk,
    }


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
    for path in all_paths():
        url = address_of(path, rows)
        who = "".join(letter for letter, user in people.items() if _may(user, url))
        line = f"{path} {who or '-'}"
        if not ONLY_SHOWS.search(path):
            form = {"live_template": rows["/attachment/"]} if "/live/" in path else {}
            does = "".join(letter for letter, user in people.items() if takes(user, url, form))
            line += f" does {does or '-'}"
        yield line
    taken = {letter: set(_actions(user)) for letter, user in people.items()}
    for name in sorted(set().union(*taken.values())):
        yield f"{name} {''.join(letter for letter in people if name in taken[letter])}"


def test_pages_and_actions_are_for_those_whom_the_table_names(people, rows):
    lines = list(_lines(people, rows))

    if os.environ.get("NOTIFY_WRITE_WHO_MAY"):
        TABLE.write_text("\n".join(lines) + "\n")
    assert lines == TABLE.read_text().splitlines()


def test_nobody_sees_anything_without_signing_in(db):
    for path in all_paths():
        assert Client().get(address_of(path, {})).status_code in {302, 403, 404}, path
