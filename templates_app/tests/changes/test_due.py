"""Changes whose time has come."""

from datetime import timedelta

import pytest

from notify_project import clock
from notify_project.models import AuditEvent
from services.creating import update_service
from services.models import ServicePermission
from services.tests.factories import UserFactory
from templates_app.changes.due import publish_due
from templates_app.changes.proposing import propose
from templates_app.changes.publishing import publish
from templates_app.changes.tasks import publish_due_template_changes
from templates_app.models import TemplateChange
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def waiting(minutes=1, **options):
    """Return a change that waits for its start."""
    template = TemplateFactory(**options)
    change = propose(
        template.service,
        "update",
        actor=UserFactory(),
        template=template,
        values={"content": "New"},
        starts_at=clock.now() + minutes * MINUTE,
    )
    return publish(change, actor=change.author)


def states(*changes):
    return [TemplateChange.objects.get(id=change.id).state for change in changes]


def test_what_is_due_is_published_once_and_the_rest_waits():
    due, later = waiting(1), waiting(5)
    now = clock.now() + 2 * MINUTE

    counts = [publish_due(now), publish_due(now)]

    assert counts == [1, 0]
    assert states(due, later) == ["published", "approved"]
    due.template.refresh_from_db()
    assert (due.template.content, due.template.created_by) == ("New", due.author)
    event = AuditEvent.objects.get(action="publish template change")
    assert (event.actor, event.actor_kind) == (None, "system")


def test_the_task_of_the_schedule_publishes(caplog):
    change = waiting()
    TemplateChange.objects.update(starts_at=clock.now())

    publish_due_template_changes()

    assert states(change) == ["published"]


def test_one_that_is_refused_stops_no_other_and_goes_on_being_tried(caplog):
    refused, good = waiting(1), waiting(2)
    permission = ServicePermission.objects.filter(service=refused.service, permission="sms")
    permission.delete()
    now = clock.now() + 3 * MINUTE

    assert publish_due(now) == 1
    assert states(refused, good) == ["approved", "published"]
    assert f"template change {refused.id} cannot be published: Forbidden" in caplog.text

    ServicePermission.objects.create(service=refused.service, permission="sms")
    assert publish_due(now) == 1


def test_one_that_breaks_stops_no_other_and_is_reported(monkeypatch):
    broken, good = waiting(1), waiting(2)
    TemplateChange.objects.filter(id=broken.id).update(proposed={"no_such_field": 1})

    with pytest.raises(ExceptionGroup, match="1 template changes could not be published") as error:
        publish_due(clock.now() + 3 * MINUTE)

    assert [type(each) for each in error.value.exceptions] == [KeyError]
    assert states(broken, good) == ["approved", "published"]


def test_what_others_changed_meanwhile_outdates_what_waited():
    change = waiting()
    update_template(change.template, actor=UserFactory(), content="Theirs")

    assert publish_due(clock.now() + 2 * MINUTE) == 0

    assert states(change) == ["outdated"]


def test_what_nobody_else_approved_is_reviewed_once_the_service_asks():
    change = waiting()
    update_service(change.service, actor=None, templates_need_review=True)

    assert publish_due(clock.now() + 2 * MINUTE) == 0

    change.template.refresh_from_db()
    assert (states(change), change.template.version) == (["in-review"], 1)
