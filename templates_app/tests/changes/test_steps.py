"""A change from its draft to its end."""

import uuid
from datetime import timedelta

import pytest
from freezegun import freeze_time

from notify_project import clock
from notify_project.models import AuditEvent
from services.creating import archive_service, update_service
from services.models import ServicePermission
from services.senders import add_letter_contact
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.changes.conflicts import find_conflicts, shown_differences
from templates_app.changes.proposing import edit, propose, propose_restore, submit
from templates_app.changes.publishing import publish
from templates_app.changes.reviewing import approve, refuse, withdraw
from templates_app.models import Template, TemplateChange, TemplateHistory
from templates_app.permissions import ReviewNeeded
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template, create_template, update_template

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def service():
    return ServiceFactory(templates_need_review=True)


@pytest.fixture
def template(service):
    return TemplateFactory(service=service, name="Code", content="Code ((code))")


@pytest.fixture
def author():
    return UserFactory(name="Author")


@pytest.fixture
def reviewer():
    return UserFactory(name="Reviewer")


def proposed(template, author, **values):
    values = values or {"content": "Your code is ((code))"}
    return propose(template.service, "update", actor=author, template=template, values=values)


def state_of(change):
    return TemplateChange.objects.get(id=change.id).state


def switch(service, *, on):
    update_service(service, actor=None, templates_need_review=on)


def test_a_change_is_published_when_a_second_person_approves_it(template, author, reviewer):
    change = submit(proposed(template, author), actor=author)

    approve(change, actor=reviewer, note="Good")

    row = TemplateChange.objects.get()
    template.refresh_from_db()
    assert (row.state, row.published_version, row.review_note) == ("published", 2, "Good")
    assert (row.author, row.reviewer) == (author, reviewer)
    assert row.created_at < row.submitted_at < row.reviewed_at == row.published_at
    assert (template.content, template.version) == ("Your code is ((code))", 2)
    assert template.created_by == author


def test_every_step_is_audited_without_what_is_said(template, author, reviewer):
    change = proposed(template, author)
    edit(change, actor=author, note="Please", values={"name": "Sign-in"})
    approve(submit(change, actor=author), actor=reviewer, note="Fine")

    events = AuditEvent.objects.order_by("created_at")
    assert [(event.action.split()[0], event.actor) for event in events] == [
        ("propose", author),
        ("edit", author),
        ("submit", author),
        ("approve", reviewer),
        ("publish", reviewer),
    ]
    last = events.last()
    assert last.before == {"state": "approved"}
    assert last.after == {
        "state": "published",
        "kind": "update",
        "template": str(template.id),
        "base_version": 1,
        "published_version": 2,
        "fields": ["content", "name"],
        "starts_at": None,
    }
    assert {event.service_id for event in events} == {template.service_id}


@pytest.mark.parametrize("step", [approve, refuse])
def test_whoever_wrote_some_of_it_is_no_second_person(template, author, reviewer, step):
    change = proposed(template, author)
    edit(change, actor=reviewer, values={"name": "Other"})
    submit(change, actor=author)

    for writer in (author, reviewer):
        with pytest.raises(Exception, match="You wrote this change"):
            step(change, actor=writer, note="x")
    with pytest.raises(Exception, match="a person has to"):
        step(change, actor=None, note="x")

    assert state_of(change) == "in-review"
    step(change, actor=UserFactory(), note="x")
    assert state_of(change) in {"published", "refused"}


def test_a_note_of_somebody_else_writes_nothing(template, author, reviewer):
    change = proposed(template, author)
    edit(change, actor=reviewer, note="Urgent")
    submit(change, actor=author)

    assert approve(change, actor=reviewer).state == "published"


def test_without_the_switch_a_draft_is_published_by_its_author(author):
    template = TemplateFactory()
    change = proposed(template, author)

    publish(change, actor=author)

    template.refresh_from_db()
    assert (state_of(change), template.version) == ("published", 2)


def test_without_the_switch_an_author_may_review_as_well(author):
    change = submit(proposed(TemplateFactory(), author), actor=author)

    assert approve(change, actor=author).state == "published"


def test_with_the_switch_a_draft_is_not_published(template, author):
    change = proposed(template, author)

    with pytest.raises(ReviewNeeded):
        publish(change, actor=author)

    assert state_of(change) == "draft"


def test_with_the_switch_nothing_is_changed_directly(service, template, author):
    values = {"name": "x", "template_type": "sms", "content": "x", "actor": author}

    for change in (
        lambda: update_template(template, actor=author, content="x"),
        lambda: update_template(template, actor=None, content="x", as_operator=True),
        lambda: archive_template(template, actor=author),
        lambda: create_template(service, **values),
    ):
        with pytest.raises(ReviewNeeded, match="propose the change"):
            change()

    assert TemplateHistory.objects.count() == 1


def test_archiving_a_service_archives_its_templates_and_ends_what_is_open(template, author):
    drafts = [proposed(template, author) for _ in range(2)]
    withdraw(drafts[0], actor=author)

    archive_service(template.service, actor=None)

    template.refresh_from_db()
    assert template.archived
    assert [state_of(change) for change in drafts] == ["withdrawn", "outdated"]


def test_a_new_template_is_made_when_it_is_approved(service, author, reviewer):
    folder = TemplateFolderFactory(service=service)
    values = {
        "name": " Reminder ",
        "template_type": "letter",
        "subject": "About",
        "content": "Dear ((name))",
        "folder_id": folder.id,
    }
    change = submit(propose(service, "create", actor=author, values=values), actor=author)
    assert not Template.objects.exists()

    approve(change, actor=reviewer)

    template = Template.objects.get()
    row = TemplateChange.objects.get()
    assert (row.template, row.published_version) == (template, 1)
    assert (template.name, template.postage, template.folder) == ("Reminder", "second", folder)
    assert (template.created_by, template.letter_languages) == (author, "english")
    assert [each.field for each in shown_differences(row)][:2] == ["template_type", "folder_id"]


def test_a_template_is_archived_when_that_is_approved(template, author, reviewer):
    change = propose(template.service, "archive", actor=author, template=template)

    approve(submit(change, actor=author), actor=reviewer)

    template.refresh_from_db()
    assert (template.archived, template.version, state_of(change)) == (True, 2, "published")


def test_an_earlier_version_is_restored_by_a_change(service, template, author, reviewer):
    update_template(template, actor=author, is_reviewed=True, content="Worse", name="Bad")

    template.refresh_from_db()
    change = propose_restore(template, 1, actor=author)
    approve(submit(change, actor=author), actor=reviewer)

    template.refresh_from_db()
    assert (template.content, template.name, template.version) == ("Code ((code))", "Code", 3)
    with pytest.raises(Exception, match="no version 9"):
        propose_restore(template, 9, actor=author)
    with pytest.raises(Exception, match="Nothing would change"):
        propose_restore(template, 1, actor=author)


@freeze_time("2026-03-02 09:00:00", auto_tick_seconds=1)
def test_an_approved_change_waits_for_its_start(template, author, reviewer):
    start = clock.now() + HOUR
    change = proposed(template, author)
    edit(change, actor=author, starts_at=start)
    approve(submit(change, actor=author), actor=reviewer)
    assert state_of(change) == "approved"

    with pytest.raises(Exception, match="approved for later"):
        publish(change, actor=author)
    with freeze_time(start + HOUR):
        publish(change, actor=author)

    assert state_of(change) == "published"


def test_without_the_switch_a_draft_waits_for_its_start_and_can_be_published_before(author):
    template = TemplateFactory()
    change = proposed(template, author)
    edit(change, actor=author, starts_at=clock.now() + HOUR)

    publish(change, actor=author)
    waiting = state_of(change)
    publish(change, actor=author)

    assert (waiting, state_of(change)) == ("approved", "published")


def test_what_was_scheduled_without_a_review_needs_one_once_the_service_asks(author):
    template = TemplateFactory()
    change = proposed(template, author)
    edit(change, actor=author, starts_at=clock.now() + HOUR)
    publish(change, actor=author)

    switch(template.service, on=True)

    with pytest.raises(ReviewNeeded):
        publish(change, actor=author)


@pytest.mark.parametrize(
    ("step", "states"),
    [
        ("edit", "in-review approved published refused withdrawn outdated"),
        ("submit", "in-review approved published refused withdrawn outdated"),
        ("approve", "draft approved published refused withdrawn outdated"),
        ("refuse", "draft approved published refused withdrawn outdated"),
        ("withdraw", "published refused withdrawn outdated"),
        ("publish", "in-review published refused withdrawn outdated"),
    ],
)
def test_no_other_step_is_taken_and_nothing_is_changed_then(template, author, step, states):
    take = {
        "edit": lambda change: edit(change, actor=author, values={"content": "x"}),
        "submit": lambda change: submit(change, actor=author),
        "approve": lambda change: approve(change, actor=UserFactory()),
        "refuse": lambda change: refuse(change, actor=UserFactory(), note="x"),
        "withdraw": lambda change: withdraw(change, actor=author),
        "publish": lambda change: publish(change, actor=author),
    }[step]
    for state in states.split():
        change = proposed(template, author)
        done = {"published_at": clock.now(), "published_version": 1} if state == "published" else {}
        TemplateChange.objects.filter(id=change.id).update(state=state, **done)
        before = TemplateChange.objects.values().get(id=change.id)

        with pytest.raises(Exception, match=f"The change is {state.replace('-', ' ')}: it cannot"):
            take(change)

        assert TemplateChange.objects.values().get(id=change.id) == before
    assert TemplateHistory.objects.count() == 1


REFUSED = {
    "nothing": ({"content": "Code ((code))"}, "Nothing would change"),
    "long": ({"content": "x" * 919}, "greater than the limit"),
    "empty": ({"name": " "}, "1 to 255 characters"),
    "null": ({"content": "a\0"}, "null characters"),
    "subject": ({"subject": "x"}, "A text message has no subject"),
    "type": ({"template_type": "email"}, "template_type cannot be changed by this"),
    "archived": ({"archived": True}, "archived cannot be changed by this"),
    "block": (
        {"service_letter_contact_id": "f0f0f0f0-1111-4222-8333-444444444444"},
        "Letters alone have a contact block",
    ),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_could_not_be_saved_is_not_proposed(template, author, values, message):
    draft = proposed(template, author)

    with pytest.raises(Exception, match=message):
        proposed(template, author, **values)
    with pytest.raises(Exception, match=message):
        edit(draft, actor=author, values={"content": "Code ((code))", **values})

    assert TemplateChange.objects.get().proposed == {"content": "Your code is ((code))"}


def test_a_contact_block_of_another_service_is_not_proposed(service, author):
    letter = TemplateFactory(letter=True, service=service)
    block = add_letter_contact(ServiceFactory(), "1 Road")

    with pytest.raises(Exception, match="does not exist in database"):
        proposed(letter, author, service_letter_contact_id=block.id)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "x", "content": "x"}, "template_type is missing"),
        ({"name": "x", "template_type": "fax", "content": "x"}, "not a type of template"),
        (
            {
                "name": "x",
                "template_type": "sms",
                "content": "x",
                "folder_id": uuid.UUID(int=7),
            },
            "parent_folder_id not found",
        ),
    ],
    ids=["missing", "type", "folder"],
)
def test_a_new_template_that_could_not_be_saved_is_not_proposed(service, author, values, message):
    with pytest.raises(Exception, match=message):
        propose(service, "create", actor=author, values=values)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_start_is_in_the_future_and_within_a_year(template, author, days):
    with pytest.raises(Exception, match="in the future, and at most a year away"):
        edit(
            proposed(template, author),
            actor=author,
            starts_at=clock.now() + timedelta(days=days) - timedelta(seconds=1),
        )


def test_what_others_changed_elsewhere_stands(template, author, reviewer):
    change = submit(proposed(template, author), actor=author)
    update_template(template, actor=reviewer, is_reviewed=True, name="Renamed")

    approve(change, actor=reviewer)

    template.refresh_from_db()
    assert (template.name, template.content, template.version) == (
        "Renamed",
        "Your code is ((code))",
        3,
    )
    assert TemplateChange.objects.get().published_version == 3


def test_what_others_changed_here_outdates_the_change(template, author, reviewer):
    change = submit(proposed(template, author), actor=author)
    update_template(template, actor=reviewer, is_reviewed=True, content="Code: ((code))")
    row = TemplateChange.objects.select_related("template").get()
    [conflict] = find_conflicts(row, row.template)

    with pytest.raises(Exception, match="changed meanwhile, up to version 2: content"):
        approve(change, actor=reviewer)

    template.refresh_from_db()
    assert (conflict.before, conflict.after) == ("Code ((code))", "Code: ((code))")
    assert (state_of(change), template.version) == ("outdated", 2)
    assert TemplateChange.objects.get().reviewer is None


def test_a_subject_is_not_published_with_a_content_that_its_author_never_saw(author):
    email = TemplateFactory(email=True)
    change = proposed(email, author, subject="New subject")
    update_template(email, actor=author, content="New content")

    with pytest.raises(Exception, match="up to version 2: content"):
        publish(change, actor=author)


def test_a_change_that_somebody_else_made_already_makes_no_version(author):
    template = TemplateFactory()
    change = proposed(template, author, content="Same")
    update_template(template, actor=UserFactory(), content="Same")

    publish(change, actor=author)

    template.refresh_from_db()
    assert (template.version, TemplateChange.objects.get().published_version) == (2, 2)


def test_a_change_of_an_archived_template_is_outdated(author):
    template = TemplateFactory()
    change = proposed(template, author)
    archive_template(template, actor=author)

    with pytest.raises(Exception, match="archived"):
        publish(change, actor=author)

    assert state_of(change) == "outdated"


def test_archiving_is_outdated_by_any_change(author):
    template = TemplateFactory()
    change = propose(template.service, "archive", actor=author, template=template)
    update_template(template, actor=author, name="Renamed")

    with pytest.raises(Exception, match="up to version 2: name"):
        publish(change, actor=author)

    assert not Template.objects.get().archived


def test_a_change_may_be_based_on_an_earlier_version(author):
    template = TemplateFactory(content="First")
    update_template(template, actor=author, content="Second")
    template.refresh_from_db()
    draft = propose(
        template.service,
        "update",
        actor=author,
        template=template,
        values={"content": "Third"},
        base_version=1,
    )

    with pytest.raises(Exception, match="changed meanwhile"):
        publish(draft, actor=author)


def test_a_change_that_cannot_be_published_any_more_stays_what_it_is(template, author, reviewer):
    change = submit(proposed(template, author), actor=author)
    ServicePermission.objects.filter(service=template.service, permission="sms").delete()

    with pytest.raises(Exception, match="Updating text message templates is not allowed"):
        approve(change, actor=reviewer)

    row = TemplateChange.objects.get()
    assert (row.state, row.reviewer, row.review_note) == ("in-review", None, "")
