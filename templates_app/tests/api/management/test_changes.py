"""Changes of templates over the management API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notify_project import clock
from services.models import ServiceLetterContact
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory
from templates_app.changes.proposing import propose
from templates_app.models import Template, TemplateChange
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import update_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory(templates_need_review=True)


@pytest.fixture
def template(service):
    return TemplateFactory(service=service, name="Code", content="Code ((code))")


@pytest.fixture
def author(service):
    return member(service, "manage_templates")


@pytest.fixture
def reviewer(service):
    return member(service, "manage_templates")


def path(service, *rest):
    return "/".join([f"/service/{service.id}/template-change", *map(str, rest)])


def update(template, **values):
    return {"kind": "update", "template": str(template.id), "proposed": values}


def test_a_change_goes_from_a_draft_to_a_version(service, template, author, reviewer):
    status, draft = author.post(path(service), update(template, content="Your ((code))"))
    author.patch(path(service, draft["id"]), {"note": "Friendlier", "proposed": {"name": "Hi"}})
    author.post(path(service, draft["id"], "submit"))
    own = author.post(path(service, draft["id"], "approve"))
    _, published = reviewer.post(path(service, draft["id"], "approve"), {"note": "Fine"})

    template.refresh_from_db()
    assert status == 201
    assert draft == {
        "id": draft["id"],
        "kind": "update",
        "state": "draft",
        "template": str(template.id),
        "name": "Code",
        "base_version": 1,
        "changes": ["content"],
        "note": "",
        "author": str(author.user.id),
        "from_file": False,
        "reviewer": None,
        "review_note": "",
        "starts_at": None,
        "created_at": draft["created_at"],
        "submitted_at": None,
        "reviewed_at": None,
        "published_at": None,
        "published_version": None,
        "updated_at": draft["created_at"],
        "proposed": {"content": "Your ((code))"},
        "differences": [
            {
                "field": "content",
                "before": "Code ((code))",
                "after": "Your ((code))",
                "words": [
                    {"kind": "removed", "text": "Code"},
                    {"kind": "added", "text": "Your"},
                    {"kind": "equal", "text": " ((code))"},
                ],
            }
        ],
        "conflicts": [],
    }
    assert own == (
        403,
        {"result": "error", "message": "You wrote this change: somebody else has to review it"},
    )
    assert (published["state"], published["published_version"]) == ("published", 2)
    assert (published["reviewer"], published["review_note"]) == (str(reviewer.user.id), "Fine")
    assert [each["field"] for each in published["differences"]] == ["name", "content"]
    assert (template.name, template.content) == ("Hi", "Your ((code))")


def test_a_template_is_created_refused_and_created_by_another_change(service, author, reviewer):
    new = {"name": "New", "template_type": "email", "subject": "About", "content": "Hello"}
    for step, body in (("refuse", {"note": "Not like this"}), ("approve", None)):
        _, draft = author.post(path(service), {"kind": "create", "proposed": new})
        author.post(path(service, draft["id"], "submit"))
        status, shown = reviewer.post(path(service, draft["id"], step), body)
        assert status == 200

    template = Template.objects.get()
    assert (shown["template"], template.subject) == (str(template.id), "About")
    _, found = author.get(path(service) + "?state=refused")
    assert [row["review_note"] for row in found["data"]] == ["Not like this"]
    assert "proposed" not in found["data"][0]


def test_a_version_is_restored_by_a_change(service, template, author):
    update_template(template, actor=author.user, is_reviewed=True, content="Worse")
    body = {"kind": "update", "template": str(template.id), "restore_version": 1}

    status, draft = author.post(path(service), body)
    both = author.post(path(service), {**body, "proposed": {"name": "x"}})

    assert (status, draft["proposed"]) == (201, {"content": "Code ((code))"})
    assert (both[0], list(both[1]["message"])) == (400, ["restore_version"])


def test_how_urgent_messages_are_is_for_support_staff(service, author):
    """A change is no way round the rule of templates."""
    new = {"name": "x", "template_type": "sms", "content": "x", "process_type": "priority"}
    template = TemplateFactory(service=service, content="Code ((code))", process_type="priority")
    update_template(template, actor=None, is_reviewed=True, process_type="normal", content="New")
    draft = update(template, content="y")

    refused = [
        author.post(path(service), update(template, process_type="priority")),
        author.post(path(service), {"kind": "create", "proposed": new}),
        author.patch(
            path(service, author.post(path(service), draft)[1]["id"]),
            {"proposed": {"process_type": "priority"}},
        ),
    ]
    _, by_staff = support().post(path(service), update(template, process_type="priority"))
    _, restored = author.post(
        path(service), {"kind": "update", "template": str(template.id), "restore_version": 1}
    )

    assert [(status, answer["message"]) for status, answer in refused] == [
        (403, "Support staff only: process_type")
    ] * 3
    assert by_staff["proposed"] == {"process_type": "priority"}
    assert restored["proposed"] == {"content": "Code ((code))"}


def test_values_are_what_they_are_and_named_as_those_of_templates(service, author):
    folder = TemplateFolderFactory(service=service)
    block = ServiceLetterContact.objects.create(service=service, contact_block="1 High Street")
    new = {
        "name": "x",
        "template_type": "letter",
        "subject": "x",
        "content": "x",
        "folder": str(folder.id),
        "letter_contact": str(block.id),
    }
    wrong = {"name": 5, "has_unsubscribe_link": 0, "folder_id": str(folder.id)}

    refused = author.post(path(service), {"kind": "create", "proposed": new | wrong})
    status, made = author.post(path(service), {"kind": "create", "proposed": new})

    assert (refused[0], list(refused[1]["message"]["proposed"])) == (
        400,
        ["folder_id", "name", "has_unsubscribe_link"],
    )
    assert status == 201
    assert made["proposed"] == {**new, "postage": "second", "letter_languages": "english"}
    assert sorted(made["proposed"]) == made["changes"]
    assert {each["field"] for each in made["differences"]} == set(made["changes"])


def test_the_list_does_not_tell_which_templates_others_have(service, template, author):
    author.post(path(service), update(template, content="Mine"))
    theirs = TemplateFactory()

    found = [
        author.get(f"{path(service)}?template={wanted}")
        for wanted in (template.id, theirs.id, "00000000-0000-4000-8000-000000000000")
    ]

    assert [(status, len(answer["data"])) for status, answer in found] == [
        (200, 1),
        (200, 0),
        (200, 0),
    ]


def test_what_others_changed_meanwhile_is_shown_and_refused(service, template, author, reviewer):
    _, draft = author.post(path(service), update(template, content="Mine"))
    author.post(path(service, draft["id"], "submit"))
    update_template(template, actor=reviewer.user, is_reviewed=True, content="Theirs")

    _, shown = author.get(path(service, draft["id"]))
    status, refused = reviewer.post(path(service, draft["id"], "approve"))
    _, after = author.get(path(service, draft["id"]))

    assert [(each["before"], each["after"]) for each in shown["conflicts"]] == [
        ("Code ((code))", "Theirs")
    ]
    assert (status, after["state"], after["conflicts"]) == (400, "outdated", [])
    assert "changed meanwhile, up to version 2: content" in refused["message"]


def test_a_start_is_set_and_waited_for_and_taken_away(service, template, author, reviewer):
    start = clock.now() + timedelta(days=3)
    _, draft = author.post(
        path(service), update(template, content="x") | {"starts_at": start.isoformat()}
    )
    _, without = author.patch(path(service, draft["id"]), {"starts_at": None})
    author.patch(path(service, draft["id"]), {"starts_at": start.isoformat()})
    author.post(path(service, draft["id"], "submit"))
    _, approved = reviewer.post(path(service, draft["id"], "approve"))
    _, gone = author.post(path(service, draft["id"], "withdraw"))

    assert [each["state"] for each in (draft, approved, gone)] == ["draft", "approved", "withdrawn"]
    assert without["starts_at"] is None
    assert approved["starts_at"].startswith(f"{start:%Y-%m-%dT%H:%M:%S}")


WRONG = {
    "kind": ({"kind": "delete"}, {"kind": ['"delete" is not a valid choice.']}),
    "unknown": (
        {"kind": "update", "proposed": {"colour": "red"}},
        {"proposed": {"colour": ["There is no such field"]}},
    ),
    "state": ({"kind": "create", "state": "published"}, {"state": ["There is no such field"]}),
    "missing": ({"kind": "create", "proposed": {"name": "x"}}, "template_type is missing"),
    "no template": ({"kind": "update", "proposed": {"name": "x"}}, "template is missing"),
    "null": (
        {"kind": "create", "proposed": {"name": "x", "template_type": "sms", "content": None}},
        {"proposed": {"content": ["This field may not be null."]}},
    ),
    "past": (
        {
            "kind": "create",
            "proposed": {"name": "x", "template_type": "sms", "content": "x"},
            "starts_at": "2020-01-01T00:00:00Z",
        },
        "The start must be in the future, and at most a year away",
    ),
}


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_and_nothing_is_kept(service, author, body, message):
    status, answer = author.post(path(service), body)

    assert (status, answer["message"]) == (400, message)
    assert not TemplateChange.objects.exists()


def test_templates_and_changes_of_other_services_are_not_there(service, author):
    other = TemplateFactory()
    change = propose(other.service, "update", actor=None, template=other, values={"content": "x"})

    assert author.post(path(service), update(other, content="x"))[0] == 404
    assert author.get(path(service, change.id))[0] == 404
    versions = f"/service/{service.id}/template/{other.id}/versions/diff?from=1&to=1"
    assert author.get(versions)[0] == 404


def test_versions_are_compared(service, template, author):
    template = TemplateFactory(letter=True, service=service, name="A", content="Dear ((name))")
    update_template(template, actor=None, is_reviewed=True, content="Dear ((you))", postage="first")
    where = f"/service/{service.id}/template/{template.id}/versions/diff"

    status, found = author.get(f"{where}?from=1&to=2")

    assert (status, found["from"], found["to"]) == (200, 1, 2)
    content, postage = found["differences"]
    assert content["words"] == [
        {"kind": "equal", "text": "Dear "},
        {"kind": "removed", "text": "((name))"},
        {"kind": "added", "text": "((you))"},
    ]
    assert postage == {"field": "postage", "before": "second", "after": "first", "words": None}
    assert author.get(f"{where}?from=2&to=3")[0] == 404
    assert author.get(f"{where}?from=0&to=x")[1]["message"].keys() == {"from", "to"}


def test_a_list_costs_as_many_queries_for_many_as_for_few(service, template):
    caller = support()
    counts = []
    for rows in (1, 9):
        for number in range(rows):
            values = {"name": f"{number}"}
            propose(service, "update", actor=caller.user, template=template, values=values)
        with CaptureQueriesContext(connection) as asked:
            _, answer = caller.get(path(service))
        counts.append((len(answer["data"]), len(asked)))

    (few, first), (many, second) = counts
    assert (few, many) == (1, 10)
    assert second <= first


def test_the_team_switches_the_review_on_and_support_staff_off():
    service = ServiceFactory()
    manager, url = member(service, "manage_settings"), f"/service/{service.id}"

    on = manager.patch(url, {"templates_need_review": True})
    off = manager.patch(url, {"templates_need_review": False})
    rest = manager.patch(url, {"prefix_sms": True})

    assert (on[0], on[1]["templates_need_review"], rest[0]) == (200, True, 200)
    assert (off[0], off[1]["message"]) == (
        403,
        "Support staff only: switching templates_need_review off",
    )
    assert support().patch(url, {"templates_need_review": False})[0] == 200
