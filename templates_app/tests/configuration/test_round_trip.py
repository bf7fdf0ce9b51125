"""What is exported can be applied: to the same installation, and to an empty one."""

import pytest
from django.db import transaction

from services.models import Service, ServicePermission, User
from services.tests.factories import ServiceFactory, ServiceUserFactory, UserFactory
from templates_app.configuration.export import export
from templates_app.models import Template
from templates_app.redaction import redact
from templates_app.tests.configuration.conftest import SECRET, WHOLE
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template

pytestmark = pytest.mark.django_db

AWKWARD = {
    "several lines": "a\n\nb\n",
    "lines without an end": "a\nb",
    "lines that end more than once": "a\nb\n\n\n",
    "spaces first": "  a\n    b\n",
    "spaces last": "a  \nb \t\n",
    "carriage returns": "a\r\nb\rc",
    "next line": "a\x85b\n",
    "separators": "a\u2028b\u2029c\n",
    "separators alone": "a\u2028b",
    "tabs": "\ta\tb",
    "controls": "a\x07b\x1bc",
    "looks like yaml": "- a: b # c",
    "looks like a number": "0123",
    "looks like a word of yaml": "yes",
    "a mark of byte order": "\ufeffa\ufeff\n",
    "emoji": "👍🏽 ((name))\n👍",
    "quotes": "'a' \"b\" \\n",
    "document marks": "---\na\n...\n",
    "a long line": "word " * 400,
}


def exported_from(make):
    """Return the export of an installation that is gone afterwards."""
    with transaction.atomic():
        make()
        text = export()
        transaction.set_rollback(True)
    return text


@pytest.mark.parametrize("content", AWKWARD.values(), ids=AWKWARD)
def test_a_content_comes_back_letter_for_letter(run, content):
    template = TemplateFactory(email=True, subject="About", content=content)

    report = run(export())

    template.refresh_from_db()
    assert (report.problems, report.changes) == ([], [])
    assert (template.version, template.content) == (1, content)


def test_an_empty_installation_becomes_what_was_exported(run):
    callbacks = WHOLE[WHOLE.index("    callbacks:") : WHOLE.index("    api_keys:")]
    text = exported_from(lambda: run(WHOLE.replace(callbacks, "")))
    assert not Service.objects.exists()
    assert not User.objects.filter(email_address="amala@example.org").exists()

    report = run(text, environment={})

    assert report.problems == []
    assert export() == text


def test_secrets_come_back_through_the_environment(run):
    text = exported_from(lambda: run(WHOLE))
    url = "url: https://example.org/told"
    text = text.replace(url, f"{url}\n    bearer_token_env: TOKEN")
    text = text.replace("name: catalogue\n", "name: catalogue\n    secret_env: KEY_SECRET\n")

    report = run(text)

    assert report.problems == []
    key = report.ids["services"]["Libraries"]["api_keys"]["catalogue"]["key"]
    assert key.endswith(SECRET)


def test_a_service_without_permissions_comes_back_without_any(run):
    text = exported_from(lambda: ServiceFactory(permissions=(), name="Mute"))

    report = run(text)

    assert report.problems == []
    assert not ServicePermission.objects.filter(service__name="Mute").exists()


def test_names_that_archived_templates_had_can_be_used_again(run):
    service = ServiceFactory()
    for _ in range(2):
        archive_template(TemplateFactory(service=service, name="Code"), actor=None)
    TemplateFactory(service=service, name="Code", content="Live")

    report = run(export())

    assert (report.problems, report.changes) == ([], [])
    assert Template.objects.filter(archived=False).get().content == "Live"


def test_a_person_who_may_not_sign_in_any_more_does_not_come_back(run):
    text = exported_from(
        lambda: ServiceUserFactory(user__state="inactive", user__email_address="gone@example.org")
    )

    report = run(text)

    assert report.problems == []
    assert "gone@example.org" not in text


@pytest.mark.parametrize("names", [(), ("Libraries",)], ids=["everything", "one service"])
@pytest.mark.parametrize("state", ["active", "inactive"])
def test_hidden_values_stay_hidden_whoever_hid_them(run, names, state):
    with transaction.atomic():
        author = UserFactory(email_address="gone@example.org", state=state)
        template = TemplateFactory(service=ServiceFactory(name="Libraries"))
        redact(template, actor=author)
        text = export(names)
        transaction.set_rollback(True)

    report = run(text)

    redaction = Template.objects.get().redaction
    assert report.problems == []
    assert redaction.redact_personalisation
    assert redaction.updated_by.email_address == "gone@example.org"
    assert redaction.updated_by.state == state
    assert export(names) == text


def test_a_person_is_shut_out_and_let_in_by_a_file(run):
    member = UserFactory(name="Amala", email_address="amala@example.org")
    entry = "users: [{name: Amala, email: amala@example.org, active: %s}]"

    shut_out = run(entry % "false")
    member.refresh_from_db()
    assert (member.is_active, run(entry % "false").changes) == (False, [])
    let_in = run(entry % "true")

    member.refresh_from_db()
    assert member.is_active
    assert shut_out.changes == ['~ user "Amala": state active -> inactive']
    assert let_in.changes == ['~ user "Amala": state inactive -> active']
