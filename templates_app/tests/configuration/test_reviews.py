"""Files of services that want changes of their templates reviewed."""

import json

import pytest
from django.core.management import call_command

from notify_project.models import AuditEvent
from services.models import Service
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.changes.proposing import propose, submit
from templates_app.changes.reviewing import approve, refuse
from templates_app.configuration.export import export
from templates_app.models import Template, TemplateChange, TemplateHistory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

FILE = """\
services:
  - name: Libraries
    templates_need_review: true
    templates:
      - {name: Code, type: sms, content: "Code ((code))"}
"""
CHANGED = FILE.replace("Code ((code))", "Your code is ((code))")
NEW = FILE + '      - {name: Ready, type: letter, folder: Letters, subject: A, content: "Come"}\n'
CODE = 'service "Libraries": template "Code"'


@pytest.fixture
def installed(run):
    """Set the service up, with its first template."""
    report = run(FILE)
    assert report.problems == []
    return report


def changes():
    return list(TemplateChange.objects.order_by("created_at"))


def states():
    return [change.state for change in changes()]


def test_a_service_and_its_first_templates_are_set_up_by_one_file(installed):
    template = Template.objects.get()

    assert Service.objects.get().templates_need_review
    assert installed.changes[-1] == '~ service "Libraries": templates need review no -> yes'
    assert (template.content, states()) == ("Code ((code))", [])
    assert "templates_need_review: true" in export()


def test_a_change_of_the_file_is_proposed_once_and_published_by_a_review(installed, run):
    first, second = run(CHANGED), run(CHANGED)
    [change] = changes()

    assert first.changes == [
        f"~ {CODE}, for review: content Code ((code)) -> Your code is ((code))"
    ]
    assert (second.changes, second.notes) == ([], [f"= {CODE} waits for its review"])
    assert (change.state, change.from_file, change.author) == ("in-review", True, None)
    ids = second.ids["services"]["Libraries"]["templates"]["Code"]
    assert ids == {"id": str(change.template_id), "version": 1, "change": str(change.id)}

    approve(change, actor=UserFactory())
    third = run(CHANGED)

    assert (third.changes, third.notes, states()) == ([], [], ["published"])
    assert Template.objects.get().content == "Your code is ((code))"


def test_what_the_file_does_not_ask_for_any_more_is_withdrawn(installed, run):
    run(CHANGED)
    other = run(CHANGED.replace("Your code", "Our code"))
    back = run(FILE)

    assert other.changes[-1] == f"~ {CODE}: 1 earlier changes withdrawn"
    assert back.changes == [f"~ {CODE}: 1 earlier changes withdrawn"]
    assert states() == ["withdrawn", "withdrawn"]
    assert run(FILE).changes == []


def test_what_was_refused_is_not_proposed_again_until_something_is_new(installed, run):
    run(CHANGED)
    refuse(changes()[0], actor=UserFactory(), note="Too long")

    again = run(CHANGED)
    update_template(Template.objects.get(), actor=None, is_reviewed=True, content="Code: ((code))")
    later = run(CHANGED)

    assert again.changes == []
    assert again.notes == [f"= {CODE} was refused by its reviewer, and the file still asks for it"]
    assert len(later.changes) == 1
    assert states() == ["refused", "in-review"]


def test_what_others_changed_meanwhile_is_proposed_anew(installed, run):
    run(CHANGED)
    update_template(Template.objects.get(), actor=None, is_reviewed=True, content="Code: ((code))")

    report = run(CHANGED)

    assert len(report.changes) == 2
    assert [(change.state, change.base_version) for change in changes()] == [
        ("withdrawn", 1),
        ("in-review", 2),
    ]


def test_a_new_template_is_proposed_once_with_its_folder(installed, run):
    first, second = run(NEW), run(NEW)
    [change] = changes()
    name = 'service "Libraries": template "Ready"'

    assert first.changes == [f"+ {name}, for review"]
    assert (second.changes, second.notes) == ([], [f"= {name} waits for its review"])
    assert second.ids["services"]["Libraries"]["templates"]["Ready"] == {"change": str(change.id)}
    approve(change, actor=UserFactory())

    third = run(NEW)

    template = Template.objects.get(name="Ready")
    assert (third.problems, third.changes, third.notes) == ([], [], [])
    assert (template.folder.name, template.postage, template.version) == ("Letters", "second", 1)


def test_archiving_is_proposed_once(installed, run):
    text = FILE.replace("content:", "archived: true, content:")

    first, second = run(text), run(text)
    approve(changes()[0], actor=UserFactory())

    assert first.changes == [f"~ {CODE}, for review: archived no -> yes"]
    assert (second.changes, len(changes())) == ([], 1)
    assert run(text).changes == []
    assert Template.objects.get().archived


def test_a_person_s_change_is_left_alone(installed, run):
    template = Template.objects.select_related("service").get()
    theirs = propose(
        template.service, "update", actor=UserFactory(), template=template, values={"name": "x"}
    )

    run(CHANGED)
    run(FILE)

    assert TemplateChange.objects.get(id=theirs.id).state == "draft"


def test_a_dry_run_proposes_nothing(installed, run):
    before = AuditEvent.objects.count()

    report = run(CHANGED, dry_run=True)

    assert len(report.changes) == 1
    assert (states(), AuditEvent.objects.count()) == ([], before)


def test_switching_the_review_off_takes_effect_after_the_templates(installed, run):
    text = CHANGED.replace("review: true", "review: false")

    first, second = run(text), run(text)

    assert not Service.objects.get().templates_need_review
    assert ", for review" in first.changes[0]
    assert second.changes == [f"~ {CODE} version 2: content Code ((code)) -> Your code is ((code))"]
    assert states() == ["in-review"]


@pytest.mark.parametrize("review", [True, False])
def test_a_plan_shows_of_long_texts_what_differs_word_by_word(db, tmp_path, capsys, review):
    service = ServiceFactory(name="Libraries", templates_need_review=review)
    content = "Dear ((name)),\n\nCome now."
    TemplateFactory(email=True, service=service, name="Ready", content=content)
    file = tmp_path / "services.yaml"
    entry = {
        "name": "Ready",
        "type": "email",
        "subject": "About ((name))",
        "content": "Dear ((name)),\n\nCome tomorrow.",
    }
    file.write_text(json.dumps({"services": [{"name": "Libraries", "templates": [entry]}]}))

    call_command("apply_config", str(file), "--dry-run")
    shown = capsys.readouterr().out
    call_command("apply_config", str(file), "--dry-run", "--json")
    as_json = json.loads(capsys.readouterr().out)
    call_command("apply_config", str(file))
    applied = capsys.readouterr().out

    marked = "Dear ((name)),\n\nCome [-now-]{+tomorrow+}."
    assert "    | Dear ((name)),\n    | \n    | Come [-now-]{+tomorrow+}.\n" in shown
    assert "1 changes to make; nothing was changed." in shown
    assert as_json["diffs"] == {as_json["changes"][0]: marked}
    assert "[-now-]" not in applied
    assert TemplateHistory.objects.count() == (1 if review else 2)


def test_what_a_person_published_meanwhile_is_what_the_file_says(installed, run):
    run(CHANGED)
    template = Template.objects.select_related("service").get()
    values = {"content": "Your code is ((code))"}
    theirs = propose(
        template.service, "update", actor=UserFactory(), template=template, values=values
    )
    approve(submit(theirs, actor=None), actor=UserFactory())

    report = run(CHANGED)

    assert report.changes == [f"~ {CODE}: 1 earlier changes withdrawn"]
    assert states() == ["withdrawn", "published"]
