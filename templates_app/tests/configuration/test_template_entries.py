"""Folders, letters and redaction in a file."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notify_project.models import AuditEvent
from services.models import ServiceLetterContact
from services.senders import archive_sender
from services.tests.factories import ServiceFactory
from templates_app.configuration.export import export
from templates_app.models import Template, TemplateFolder, TemplateHistory
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

FILE = """\
users:
  - {name: Amala Bird, email: amala@example.org, password_env: AMALA_PASSWORD}
services:
  - name: Libraries
    letter_contacts:
      - address: |
          Library
          1 Road
        default: true
      - address: 2 Road
    templates:
      - name: Overdue
        type: letter
        folder: Letters/Late
        subject: Your ((book))
        content: Dear ((name))
        postage: first
        letter_languages: welsh_then_english
        letter_welsh_subject: Eich ((book))
        letter_welsh_content: Annwyl ((name))
        contact_block: |
          Library
          1 Road
      - name: Code
        type: sms
        folder: Letters
        content: Code ((code))
        redacted_by: amala@example.org
"""


def template(name):
    return Template.objects.select_related("folder__parent", "service_letter_contact").get(
        name=name
    )


def versions():
    return TemplateHistory.objects.count()


def test_letters_folders_and_redaction_are_set_up(run):
    report = run(FILE)

    letter, code = template("Overdue"), template("Code")
    assert report.problems == []
    assert (letter.folder.name, letter.folder.parent.name) == ("Late", "Letters")
    assert code.folder == letter.folder.parent
    assert (letter.letter_languages, letter.letter_welsh_subject) == (
        "welsh_then_english",
        "Eich ((book))",
    )
    assert letter.service_letter_contact.contact_block == "Library\n1 Road"
    assert letter.service_letter_contact.is_default
    assert code.redaction.updated_by.email_address == "amala@example.org"
    assert {letter.version, code.version} == {1}


def test_a_second_run_changes_nothing(run):
    run(FILE)
    audited, before = AuditEvent.objects.count(), versions()

    report = run(FILE)

    assert (report.changes, report.problems) == ([], [])
    assert (AuditEvent.objects.count(), versions()) == (audited, before)


def test_an_empty_installation_becomes_what_was_exported(run):
    with transaction.atomic():
        run(FILE)
        text = export()
        transaction.set_rollback(True)

    report = run(text)

    assert report.problems == []
    assert export() == text
    assert "folder: Letters/Late" in text
    assert "redacted_by: amala@example.org" in text


def test_a_template_moves_without_a_version(run):
    run(FILE)
    before = versions()

    report = run(FILE.replace("folder: Letters/Late", "folder: News"))
    top = run(FILE.replace("folder: Letters/Late", "folder: null"))

    assert report.changes == [
        '~ service "Libraries": template "Overdue": folder Letters/Late -> News'
    ]
    assert top.changes == ['~ service "Libraries": template "Overdue": folder News -> nothing']
    assert template("Overdue").folder is None
    assert versions() == before


def test_the_folders_of_a_service_are_read_once(run):
    run(FILE)

    with CaptureQueriesContext(connection) as queries:
        run(FILE)

    assert sum('FROM "template_folder"' in each["sql"] for each in queries) == 1


def test_a_letter_that_is_english_now_has_no_welsh(run):
    run(FILE)
    lines = [line for line in FILE.splitlines() if "letter_welsh" not in line]

    report = run("\n".join(lines).replace("welsh_then_english", "english"))

    letter = template("Overdue")
    assert report.problems == []
    assert (letter.version, letter.letter_welsh_content) == (2, None)


def test_another_contact_block_is_a_version(run):
    run(FILE)
    text = FILE.replace(
        "contact_block: |\n          Library\n          1 Road", "contact_block: 2 Road"
    )

    report = run(text)

    assert report.changes == [
        '~ service "Libraries": template "Overdue" version 2: contact block "Library…" -> 2 Road'
    ]
    assert template("Overdue").service_letter_contact.contact_block == "2 Road"


def test_an_archived_contact_block_is_not_exported(run):
    run(FILE)
    default = ServiceLetterContact.objects.filter(is_default=True)
    default.update(is_default=False)
    archive_sender(template("Overdue").service_letter_contact)

    text = export()

    assert "Library\n" not in text
    assert run(text).changes == []


def test_a_twin_of_a_folder_is_a_problem_only_for_what_is_not_in_it(run):
    service = ServiceFactory(name="Libraries")
    twins = [TemplateFolderFactory(service=service, name="Letters") for _ in range(2)]
    TemplateFactory(service=service, name="In", content="x", folder=twins[1])
    entry = "{name: NAME, type: sms, content: x, folder: Letters}"
    file = f"services: [{{name: Libraries, templates: [{entry}]}}]"

    inside, outside = run(file.replace("NAME", "In")), run(file.replace("NAME", "Out"))

    assert (inside.changes, inside.problems) == ([], [])
    assert [each.what for each in outside.problems] == [
        "the service has several folders Letters: rename them first"
    ]


def test_folders_are_not_made_for_an_archived_template(run):
    run(FILE.replace("content: Code ((code))", "content: Code ((code))\n        archived: true"))

    assert template("Code").archived
    assert sorted(TemplateFolder.objects.values_list("name", flat=True)) == ["Late", "Letters"]


BLOCK = "          "
BLOCK_LINE = f"\n{BLOCK}1 Road"
PROBLEMS = {
    "author": ("redacted_by: amala", "redacted_by: x", "there is no user x@example.org"),
    "block": ("contact_block: |", f"contact_block: |\n{BLOCK}x", "no letter contact with this"),
    "languages": ("welsh_then_english", "welsh", "one of english, welsh_then_english"),
    "long folder": ("Letters/Late", "x" * 256, "The name must have 1 to 255 characters"),
    "twins": ("- address: 2 Road", f"- address: |\n{BLOCK}Library\n{BLOCK} 1 Road", "twice"),
    "long block": (
        "1 Road\n        default",
        f"1\n{BLOCK}" * 10 + "1\n        default",
        "12 lines",
    ),
}


@pytest.mark.parametrize(("before", "after", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_cannot_be_applied_is_a_problem_and_nothing_is_applied(run, before, after, problem):
    report = run(FILE.replace(before, after))

    assert any(problem in each.what for each in report.problems)
    assert not Template.objects.exists()
    assert not TemplateFolder.objects.exists()
