"""Whatever people have written, on no page of the admin site is it more than text."""

import uuid

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from notify_project.tests.site import hostile
from notify_project.tests.site.addresses import pages
from notify_project.tests.site.rows import Rows
from services.tests.factories import UserFactory

KINDS_OF_MESSAGES = 3
ENOUGH_PAGES = 150


@pytest.fixture(scope="module")
def _hostile(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        rows = Rows()
        rows.grow(KINDS_OF_MESSAGES)
        filled = hostile.fill(rows.of)
        staff = UserFactory(support=True, email_address=f"{uuid.uuid4()}@example.org")
        yield rows.of, filled, staff
        transaction.set_rollback(True)


@pytest.fixture
def rows(_hostile, db, redis, recorded_tasks, files):
    return _hostile[0]


@pytest.fixture
def staff(_hostile):
    return _hostile[2]


@pytest.fixture
def signed_in(rows, staff):
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    return client


def require_inert(answers):
    """Look at each page once, and say of all what is wrong."""
    dangers, seen = {}, 0
    for name, answer in answers:
        if answer.status_code == 500:
            dangers[name] = repr(answer.exc_info)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        seen += 1
        if found := hostile.dangers(answer.content.decode()):
            dangers[name] = found
    assert dangers == {}
    return seen


@pytest.fixture
def filled(_hostile):
    return _hostile[1]


def test_the_database_takes_hostile_content_almost_everywhere(filled):
    assert len(filled.taken) > 100
    assert len(filled.refused) < len(filled.taken) / 5, filled.refused


def test_no_page_is_taken_over(rows, signed_in):
    every = pages(rows, each=KINDS_OF_MESSAGES)

    seen = require_inert((page.url, signed_in.get(page.url)) for page in every)

    assert seen > ENOUGH_PAGES


def test_no_question_or_answer_of_an_action_is_taken_over(rows, signed_in, staff):
    def asked():
        for model, page in admin.site._registry.items():
            chosen = rows.get(model._meta.concrete_model, [])
            for action in _actions(page, staff) if chosen else []:
                form = {"action": action, "_selected_action": [row.pk for row in chosen]}
                yield f"{model.__name__}: {action}", _post_and_undo(signed_in, _list(model), form)

    assert require_inert(asked()) > 5


def test_no_form_that_is_refused_is_taken_over(rows, signed_in):
    forms = [page for page in pages(rows) if page.name.endswith(("_add", "_change"))]
    word = hostile.WORDS[0]
    given = dict.fromkeys(("name", "reason", "why", "content", "email_address", "number"), word)

    seen = require_inert((page.url, _post_and_undo(signed_in, page.url, given)) for page in forms)

    assert seen > 20


def test_no_search_is_taken_over(rows, signed_in):
    lists = [page.url for page in pages(rows) if page.is_list]

    require_inert((url, signed_in.get(url, {"q": hostile.ALL})) for url in lists)


def _list(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _actions(page, staff):
    request = RequestFactory().get("/")
    request.user = staff
    return page.get_actions(request)


def _post_and_undo(client, url, form):
    with transaction.atomic():
        answer = client.post(url, form, follow=True)
        transaction.set_rollback(True)
    return answer


def test_what_is_dangerous_is_found():
    shown = [f"<p>{word}</p>" for word in (hostile.WORDS[0], hostile.WORDS[4], hostile.WORDS[8])]
    others = [
        '<a href="java&#10;script:hacked=1">',
        "<script>name = `+(hacked=1)+`</script>",
        '<p x-data="hacked=1">',
        f"<p>{hostile.PRODUCT}</p>",
    ]
    escaped = '<p>&lt;script hckd&gt;hacked=1</p><script>{"name": "hacked=1"}</script>'

    assert all(hostile.dangers(page) for page in shown + others)
    assert hostile.dangers(escaped) == []
