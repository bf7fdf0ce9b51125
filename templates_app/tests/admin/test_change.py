"""Changes of templates on the admin site, and comparing versions."""

from datetime import timedelta

import pytest
from django.urls import reverse

from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.changes.proposing import propose, submit
from templates_app.models import Template, TemplateChange, TemplateHistory
from templates_app.tests.admin.test_template import ADD, WHY, form, url
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

SURE = {"confirmed": "yes", **WHY}


@pytest.fixture
def service(db):
    return ServiceFactory(templates_need_review=True)


@pytest.fixture
def template(service):
    return TemplateFactory(service=service, content="Code <b>((code))</b>")


def page(change, what="change"):
    return reverse(f"admin:templates_app_templatechange_{what}", args=[change.pk])


def of_version(template, number, what="change"):
    row = TemplateHistory.objects.get(id=template.id, version=number)
    return reverse(f"admin:templates_app_templatehistory_{what}", args=[row.pk])


def in_review(template, author, **values):
    change = propose(
        template.service,
        "update",
        actor=author,
        template=template,
        values=values or {"content": "Your <b>((code))</b>"},
    )
    return submit(change, actor=author)


def test_the_form_of_a_template_proposes_what_it_would_save(signed_in, staff, template):
    values = {"content": "Your code", "reason": "Shorter", "name": "Renamed"}

    answer = signed_in.post(url(template), form(template, **values), follow=True)

    change = TemplateChange.objects.get()
    template.refresh_from_db()
    shown = answer.content.decode()
    assert (change.state, change.author, change.note) == ("in-review", staff, "Shorter")
    assert set(AuditEvent.objects.values_list("action", "reason")) == {
        ("propose template change", "Shorter"),
        ("submit template change", "Shorter"),
    }
    assert change.proposed == {"name": "Renamed", "content": "Your code"}
    assert template.version == 1
    assert answer.redirect_chain[0][0] == page(change)
    assert "Nothing is changed yet: the change waits for its review." in shown
    assert "You wrote it: somebody else has to approve or refuse it." in shown
    assert page(change, "approve") not in shown
    assert page(change, "withdraw") in shown
    assert "All changes, 1 open" in signed_in.get(url(template)).content.decode()


def test_a_new_template_and_an_archive_are_proposed_too(signed_in, service, template):
    new = {"service": service.pk, "template_type": "sms", "name": "New", "content": "Hello"}

    added = signed_in.post(reverse(ADD), {**new, **WHY, "process_type": "normal", "subject": ""})
    sure = {"confirmed": "yes", "reason": "not used", "typed": template.name}
    archived = signed_in.post(url(template, "archive"), sure)

    first, second = TemplateChange.objects.order_by("created_at")
    assert (first.kind, first.note) == ("create", "asked for")
    assert (second.kind, second.note) == ("archive", "not used")
    reasons = AuditEvent.objects.values_list("reason", flat=True)
    assert set(reasons) == {"asked for", "not used"}
    assert [answer.url for answer in (added, archived)] == [page(first), page(second)]
    assert "New (a new one)" in signed_in.get(page(first)).content.decode()
    assert Template.objects.count() == 1
    assert not Template.objects.get().archived


def test_a_change_is_looked_at_and_approved(signed_in, template):
    change = in_review(template, UserFactory(name="Amala"))

    shown = signed_in.get(page(change)).content.decode()
    asked = signed_in.get(page(change, "approve")).content.decode()
    signed_in.post(page(change, "approve"), {"confirmed": "yes", "reason": "Good"})

    change.refresh_from_db()
    for text in (shown, asked):
        assert ">Code</del>" in text
        assert ">Your</ins> &lt;b&gt;((code))&lt;/b&gt;" in text
    assert "Approve or refuse it." in shown
    assert (change.state, change.review_note) == ("published", "Good")


def test_a_refusal_needs_a_reason(signed_in, template):
    change = in_review(template, UserFactory())

    for note in ("", "Not yet"):
        answer = signed_in.post(
            page(change, "refuse"), {"confirmed": "yes", "reason": note}, follow=True
        )

    change.refresh_from_db()
    assert (change.state, change.review_note) == ("refused", "Not yet")
    assert "The change is refused." in answer.content.decode()
    assert signed_in.get(page(change, "withdraw")).status_code == 403


def test_a_conflict_is_shown_before_and_said_after(signed_in, template):
    change = in_review(template, UserFactory())
    update_template(template, actor=None, is_reviewed=True, content="Theirs <b>((code))</b>")

    shown = signed_in.get(page(change)).content.decode()
    refused = signed_in.post(page(change, "approve"), SURE, follow=True)

    assert "Others changed the same meanwhile" in shown
    assert ">Theirs</ins>" in shown.partition("Changed meanwhile")[2]
    assert "The template changed meanwhile, up to version 2: content" in refused.content.decode()


def test_without_a_review_a_template_can_be_changed_later(signed_in, staff):
    template = TemplateFactory()
    start = clock.now() + timedelta(days=2)
    later = {"starts_at_0": f"{start:%Y-%m-%d}", "starts_at_1": "12:00:00"}

    signed_in.post(url(template), form(template, content="Later", **later))
    past = {"starts_at_0": "2020-01-01", "starts_at_1": "12:00"}
    wrong = signed_in.post(url(template), form(template, content="Never", **past))

    change = TemplateChange.objects.get()
    template.refresh_from_db()
    assert (change.state, change.starts_at.hour, template.version) == ("approved", 12, 1)
    assert "must be in the future" in wrong.content.decode()


def test_versions_are_compared_with_any_other(signed_in):
    template = TemplateFactory(content="Dear ((name))", name="Hello")
    for text in ("Hi ((name))", "Hi ((you))"):
        update_template(template, actor=None, content=text)

    shown = signed_in.get(of_version(template, 3)).content.decode()
    compared = signed_in.get(of_version(template, 3, "compare"), {"with": "1"}).content.decode()
    missing = signed_in.get(of_version(template, 3, "compare"), {"with": "9"}).content.decode()
    no_number = signed_in.get(of_version(template, 3, "compare"), {"with": "9" * 5000})

    assert ">((name))</del>" in shown
    assert ">Dear ((name))</del>" in compared
    assert "From version 1 to version 3:" in compared
    assert "There is no version 9." in missing
    assert no_number.status_code == 200
    assert "It is the first version." in signed_in.get(of_version(template, 1)).content.decode()


def test_an_earlier_version_is_proposed_again(signed_in, staff):
    template = TemplateFactory(content="Good")
    update_template(template, actor=None, content="Bad")

    asked = signed_in.get(of_version(template, 1, "restore")).content.decode()
    assert not TemplateChange.objects.exists()
    answer = signed_in.post(of_version(template, 1, "restore"), SURE)
    newest = signed_in.get(of_version(template, 2, "restore"))

    change = TemplateChange.objects.get()
    assert answer.url == page(change)
    assert (change.state, change.proposed, change.author) == ("draft", {"content": "Good"}, staff)
    assert newest.status_code == 403
    assert ">Bad</del>" in asked
    signed_in.post(page(change, "publish"), SURE)
    template.refresh_from_db()
    assert (template.content, template.version) == ("Good", 3)


def test_who_may_only_look_takes_no_step(client, template):
    change = in_review(template, UserFactory())
    client.force_login(UserFactory(platform_admin=True))

    assert client.post(page(change, "approve"), SURE).status_code == 403
    change.refresh_from_db()
    assert change.state == "in-review"
