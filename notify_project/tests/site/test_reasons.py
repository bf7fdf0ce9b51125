"""Whatever changes something on the admin site asks why, and the audit keeps it.

Each page and each action that takes a form is found in the routes of the site and sent by an
administrator: without a reason it must write nothing and say so, with one it must write, and
every audit event that comes of it must have the reason. A new page is asked the same; one that
needs more than what it shows is filled in by ``writes.py``.

What people do to their own account, such as signing in, their password and their factors, asks
for no reason: it is nobody else's.
"""

import re
from contextlib import contextmanager

import html5lib
import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notify_project.admin.reasons import ReasonedForm
from notify_project.models import AuditEvent
from notify_project.tests.site.writes import filled_in, rows_of_steps
from notify_project.tests.test_permission_matrix import (
    ONLY_SHOWS,
    address_of,
    all_paths,
    rows,  # noqa: F401 - a fixture
    takes,
)
from notify_project.tests.test_task_queues import fail_one
from services.tests.factories import UserFactory

REASON = "asked for by the library"
NO_REASONS = ("", " \N{ZERO WIDTH SPACE}- ")
# A page that says why it writes without a reason.
EXCEPTIONS = {
    "find/": "It looks; of a recipient it asks why by itself.",
    "notifications/notification/<uuid:message_id>/hide/": "It ends a look.",
    "notifications/reportrequest/add/": "It asks for a file, and changes nothing: the audit has "
    "who asked for it and who had it.",
}
# Forms that are answered, buttons that lead on, and pages that do not mind how they are asked.
WRITES_NOTHING = re.compile(
    r"^template-usage/$|^templates_app/template/live/|/hold/$|/plan/$|/send/$|/all-messages/$"
    r"|/report/$|^notifications/notificationhistory/|^django_rq/dashboard/<str:queue>/$"
)
# Everybody's own session is written whatever is asked for.
WRITE = re.compile(
    r'\b(INSERT INTO|DELETE FROM|(?<!FOR )(?<!KEY )UPDATE) (?!"person_sessions")', re.IGNORECASE
)
FORM = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def staff(db):
    return UserFactory(roles=["administrator"], platform_admin=True)


@pytest.fixture
def signed_in(staff):
    """Sign in anew: some of what is done ends sessions, and is taken back."""

    def client():
        client = Client()
        client.force_login(staff)
        return client

    return client


@pytest.fixture
def site(rows, redis):  # noqa: F811 - the fixture
    """Give the rows of pages and steps, and what is filled in on them."""
    rows |= rows_of_steps()
    return rows, filled_in(rows), fail_one(redis)


@contextmanager
def taken_back():
    """Give what was written until the block ends, and take it back."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            yield (written := [])
        written += [each["sql"] for each in asked if WRITE.search(each["sql"])]
        transaction.set_rollback(True)


def faults(client, url, form):
    """Say what is wrong with a page that is sent without a reason, and with one."""
    asked = fields_of(ask(client, url))
    if form:
        with taken_back():
            before = events()
            send(client, url, asked | {"reason": ""})
            if events() != before:
                yield "does something without a reason if nothing is filled in"
    shown = asked | form
    for reason in NO_REASONS:
        with taken_back() as written:
            answer = send(client, url, shown | {"reason": reason})
        if written:
            yield f"writes for the reason {reason!r}: {written[0][:200]}"
        if "Say why" not in answer.content.decode():
            yield f"does not ask why, but answers {answer.status_code}"
    with taken_back() as written:
        before = events()
        answer = send(client, url, shown | {"reason": REASON})
        reasons = {(action, reason) for _, action, reason in events() - before}
    if not written:
        yield f"writes nothing with a reason either: {text_of(answer)}"
    if not reasons or {reason for _, reason in reasons} != {REASON}:
        yield f"leaves in the audit {sorted(reasons)}"


def events():
    return set(AuditEvent.objects.values_list("id", "action", "reason"))


def ask(client, url):
    """Ask for a page; one that only takes forms, or wants another state, is sent an empty one."""
    answer = client.get(url)
    if answer.status_code != 200:
        with taken_back():
            answer = client.post(url)
    return answer


def send(client, url, form):
    for each in form.values():
        if hasattr(each, "seek"):
            each.seek(0)
    return client.post(url, form, follow=True)


def fields_of(answer):
    """Return what a browser would send of the longest form of a page, and the name it asks for."""
    forms = html5lib.parse(answer.content).iter(f"{FORM}form")
    found = max((dict(_fields(each)) for each in forms), key=len, default={})
    question = (answer.context or {}).get("question")
    found.pop("csrfmiddlewaretoken", None)
    return found | ({"confirmed": "yes", "typed": question.typed} if question else {})


def _fields(form):
    for each in form.iter():
        name, kind = each.get("name"), each.get("type", "text")
        if name is None or kind in {"file", "submit"}:
            continue
        if each.tag == f"{FORM}select":
            chosen = [one for one in each.iter(f"{FORM}option") if one.get("selected") is not None]
            yield name, [one.get("value", "") for one in chosen]
        elif each.tag == f"{FORM}textarea":
            yield name, each.text or ""
        elif kind in {"checkbox", "radio"} and each.get("checked") is not None:
            yield name, each.get("value", "on")
        elif each.tag == f"{FORM}input" and kind not in {"checkbox", "radio"}:
            yield name, each.get("value", "")


def text_of(answer):
    """Return what a page says was wrong."""
    form = (answer.context or {}).get("form") or (answer.context or {}).get("adminform")
    said = [str(each) for each in (answer.context or {}).get("messages", ())]
    return f"{answer.status_code} {said} {dict(getattr(form, 'errors', {}))}"


def paths(staff, known):
    """Return the paths of all pages that take a form of an administrator."""
    for path in all_paths():
        if not ONLY_SHOWS.search(path) and takes(staff, address_of(path, known), {}):
            yield path.removeprefix("admin/")


def test_each_page_asks_why_and_the_audit_keeps_it(site, staff, signed_in):
    known, fill, task_id = site
    asked, wrong = 0, {}

    for path in paths(staff, known):
        if path in EXCEPTIONS or WRITES_NOTHING.search(path):
            continue
        form = dict(fill.get(path, {}))
        url = address_of(f"admin/{path}", known).replace("/1/again/", f"/{task_id}/again/")
        asked += 1
        if found := list(faults(signed_in(), url + form.pop("?", ""), form)):
            wrong[path] = found

    assert not wrong, shown(wrong)
    assert asked > 60


def test_each_action_of_a_list_asks_why_and_the_audit_keeps_it(site, staff, signed_in):
    known, _, _ = site
    request, asked, wrong = RequestFactory().get("/"), 0, {}
    request.user = staff

    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        for action in page.get_actions(request):
            asked += 1
            form = {"action": action, "_selected_action": [known[name]]}
            url = reverse(f"admin:{name}_changelist")
            if found := list(faults_of_action(signed_in(), url, form)):
                wrong[f"{name} {action}"] = found

    assert not wrong, shown(wrong)
    assert asked > 5


def shown(wrong):
    return "\n".join(f"{name}: {each}" for name, found in wrong.items() for each in found)


def faults_of_action(client, url, form):
    with taken_back() as written:
        answer = client.post(url, form)
    if written:
        yield f"asks nothing, but writes: {written[0][:200]}"
    else:
        question = fields_of(answer) if answer.context else {}
        yield from faults(client, url, form | question)


def test_other_pages_write_nothing(site, staff, signed_in):
    known, _, _ = site
    found = {}

    for path in paths(staff, known):
        if WRITES_NOTHING.search(path):
            client = signed_in()
            with taken_back() as written:
                client.post(address_of(f"admin/{path}", known), {"reason": REASON})
            found[path] = written

    assert len(found) > 5
    assert {path: written for path, written in found.items() if written} == {}


def test_each_exception_is_a_page(site, staff):
    assert EXCEPTIONS.keys() <= set(paths(staff, site[0]))


def test_a_page_that_forgets_its_reason_is_found(site, signed_in, monkeypatch):
    known, fill, _ = site
    path = "services/organisation/<path:object_id>/change/"
    monkeypatch.setattr(ReasonedForm, "clean_reason", lambda form: form.cleaned_data["reason"])

    found = " ".join(faults(signed_in(), address_of(f"admin/{path}", known), fill[path]))

    assert "writes for the reason ''" in found
    assert "does not ask why" in found
