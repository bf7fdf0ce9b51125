"""What happens when two people, or two schedulers, take a step at the same moment."""

from datetime import timedelta

import pytest

from notify_project import clock
from notify_project.models import AuditEvent
from notify_project.tests.at_once import at_once
from services.creating import archive_service
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.changes.due import publish_due
from templates_app.changes.proposing import edit, propose, submit
from templates_app.changes.publishing import publish
from templates_app.changes.reviewing import approve, withdraw
from templates_app.models import Template, TemplateChange, TemplateHistory
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import update_template

# Emptying the tables takes longer than a race: each test here runs several.

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def draft(*, review=False, content="New", template=None, **options):
    template = template or TemplateFactory(
        service=ServiceFactory(templates_need_review=review), content="Old"
    )
    return propose(
        template.service,
        "update",
        actor=UserFactory(),
        template=template,
        values={"content": content},
        **options,
    )


def row(change):
    return TemplateChange.objects.get(id=change.id)


def contents(change):
    versions = TemplateHistory.objects.filter(id=change.template_id).order_by("version")
    return list(versions.values_list("content", flat=True))


def count(change, action):
    events = AuditEvent.objects.filter(subject_id=str(change.id))
    return events.filter(action=f"{action} template change").count()


def test_a_step_that_two_take_at_once_is_taken_once():
    for _ in range(ROUNDS):
        reviewed = submit(draft(review=True), actor=None)
        people = UserFactory(), UserFactory()
        refused = at_once(
            *[lambda change=reviewed, who=who: approve(change, actor=who) for who in people]
        )

        assert refused == ["The change is published: it cannot be approved"]
        assert contents(reviewed) == ["Old", "New"]
        assert (count(reviewed, "approve"), count(reviewed, "publish")) == (1, 1)

        change = draft()
        refused = at_once(*[lambda change=change: publish(change, actor=None)] * 2)

        assert refused == ["The change is published: it cannot be published"]
        assert contents(change) == ["Old", "New"]


def test_two_schedulers_at_once_publish_each_change_once():
    changes = [draft(starts_at=clock.now() + timedelta(minutes=1)) for _ in range(ROUNDS)]
    for change in changes:
        publish(change, actor=None)
    now = clock.now() + timedelta(minutes=2)

    assert at_once(*[lambda: publish_due(now)] * 2) == []

    assert [contents(change) for change in changes] == [["Old", "New"]] * ROUNDS
    assert [count(change, "publish") for change in changes] == [1] * ROUNDS


def test_of_two_different_steps_one_comes_first():
    for _ in range(ROUNDS):
        change = draft()
        [refused] = at_once(
            lambda change=change: publish(change, actor=None),
            lambda change=change: withdraw(change, actor=None),
        )

        if row(change).state == "published":
            assert refused == "The change is published: it cannot be withdrawn"
            assert contents(change) == ["Old", "New"]
        else:
            assert refused == "The change is withdrawn: it cannot be published"
            assert contents(change) == ["Old"]

        # What is reviewed is what was edited before, and stays like that.
        change = draft(review=True)
        refused = at_once(
            lambda change=change: edit(change, actor=None, values={"content": "Edited"}),
            lambda change=change: submit(change, actor=None),
        )

        found = row(change)
        assert found.state == "in-review"
        assert refused in ([], ["The change is in review: it cannot be edited"])
        assert found.proposed == {"content": "New" if refused else "Edited"}

        change = draft()
        refused = at_once(
            lambda change=change: edit(change, actor=None, values={"name": "Renamed"}),
            lambda change=change: edit(change, actor=None, values={"content": "Edited"}),
        )

        assert refused == []
        assert row(change).proposed == {"name": "Renamed", "content": "Edited"}


def test_nobody_s_words_are_overwritten_unseen():
    for _ in range(ROUNDS):
        template = TemplateFactory(content="Old")
        changes = [draft(template=template, content=text) for text in ("One", "Two")]
        [refused] = at_once(
            *[lambda change=change: publish(change, actor=None) for change in changes]
        )

        assert "The template changed meanwhile, up to version 2: content" in refused
        assert sorted(row(change).state for change in changes) == ["outdated", "published"]
        assert len(contents(changes[0])) == 2

        change = draft()
        refused = at_once(
            lambda change=change: publish(change, actor=None),
            lambda change=change: update_template(change.template, actor=None, content="Direct"),
        )

        if refused:
            assert (row(change).state, contents(change)) == ("outdated", ["Old", "Direct"])
        else:
            assert contents(change) == ["Old", "New", "Direct"]

        # Whoever comes first, an archived service has no template that can be sent.
        folder = TemplateFolderFactory()
        values = {"name": "x", "template_type": "sms", "content": "x", "folder_id": folder.id}
        change = propose(folder.service, "create", actor=UserFactory(), values=values)
        refused = at_once(
            lambda change=change: publish(change, actor=None),
            lambda service=folder.service: archive_service(service, actor=None),
        )

        assert refused in ([], ["The change is outdated: it cannot be published"])
        assert not Template.objects.filter(service=folder.service, archived=False).exists()
