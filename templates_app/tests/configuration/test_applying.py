import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notify_project.models import AuditEvent
from services.inbound_numbers import release_number
from services.models import (
    ApiKey,
    CallbackSigningSecret,
    InboundNumber,
    Organisation,
    Service,
    ServiceCallbackApi,
    ServiceDataRetention,
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServiceHistory,
    ServiceSmsSender,
    User,
)
from services.read_models import find_service
from templates_app.configuration.export import export
from templates_app.models import Template, TemplateHistory
from templates_app.tests.configuration.conftest import ENVIRONMENT, SECRET, WHOLE


def test_a_whole_file_sets_up_everything_it_names(run):
    report = run(WHOLE)

    service = Service.objects.get(name="Libraries")
    model = find_service(service.id)
    assert report.problems == []
    assert (service.organisation.name, service.restricted, service.prefix_sms) == (
        "Council",
        False,
        False,
    )
    assert model.daily_limits == {
        "email": 250_000,
        "sms": 7,
        "letter": 20_000,
        "international_sms": 100,
    }
    assert (model.rate_limit, model.permissions) == (60, {"email", "sms", "inbound_sms"})
    assert model.days_of_retention == {"email": 7, "sms": 30, "letter": 3}
    assert (service.inbound_number.number, service.uses_suppression_list) == ("07700900456", True)
    assert model.recipients == {
        "amala@example.org",
        "447700900123",
        "guest@example.org",
        "447700900456",
    }
    assert [sender.text for sender in model.sms_senders if sender.is_default] == ["LIBRARY"]
    assert [sender.text for sender in model.reply_tos] == ["desk@example.org"]
    assert ServiceCallbackApi.objects.get().bearer_token == "a token of the service"
    assert {key.secret for key in model.keys if key.key_type == "normal"} == {SECRET}
    assert User.objects.get(email_address="amala@example.org").check_password(
        "correct horse battery"
    )
    assert set(Template.objects.values_list("name", "process_type")) == {
        ("Ready", "normal"),
        ("Code", "priority"),
    }
    assert Template.objects.get(has_unsubscribe_link=True).name == "Ready"


def test_a_second_run_changes_nothing(run):
    run(WHOLE)
    before = (ServiceHistory.objects.count(), TemplateHistory.objects.count())
    audited = AuditEvent.objects.count()

    report = run(WHOLE)

    assert (report.changes, report.problems) == ([], [])
    assert (ServiceHistory.objects.count(), TemplateHistory.objects.count()) == before
    assert AuditEvent.objects.count() == audited


def test_a_second_run_needs_no_secrets(run):
    run(WHOLE)

    report = run(WHOLE, environment={})

    assert (report.changes, report.problems) == ([], [])


def test_a_changed_template_is_a_new_version(run):
    run(WHOLE)

    report = run(WHOLE.replace("Code ((code))", "Your code is ((code))"))

    template = Template.objects.get(name="Code")
    assert (template.version, template.content) == (2, "Your code is ((code))")
    assert report.changes == [
        '~ service "Libraries": template "Code" version 2: '
        "content Code ((code)) -> Your code is ((code))"
    ]


def test_a_changed_limit_is_shown_with_both_values(run):
    run(WHOLE)

    report = run(WHOLE.replace("sms: 7", "sms: 9"))

    assert report.changes == ['~ service "Libraries": sms limit 7 -> 9']
    assert Service.objects.get().sms_message_limit == 9


def test_a_dry_run_tells_and_writes_nothing(run):
    report = run(WHOLE, dry_run=True)

    assert '+ service "Libraries"' in report.changes
    assert not Service.objects.exists()
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_what_the_file_does_not_mention_is_left_alone(run):
    run(WHOLE)

    report = run(
        """\
        services:
          - name: Libraries
            research_mode: true
        """
    )

    service = Service.objects.get()
    assert [change for change in report.changes if "research" not in change] == []
    assert (service.research_mode, service.restricted, service.sms_message_limit) == (
        True,
        False,
        7,
    )
    assert ServiceSmsSender.objects.filter(archived=False).count() == 3
    assert ServiceEmailReplyTo.objects.count() == 1
    assert ServiceGuestList.objects.count() == 2
    assert ApiKey.objects.filter(expiry_date=None).count() == 2


def test_an_archived_template_cannot_come_back(run, problems):
    text = """\
        services:
          - name: A
            templates:
              - {name: t, type: sms, content: x, archived: true}
        """
    run(text)

    found = problems(text.replace(", archived: true", ""))

    assert Template.objects.get().archived
    assert found == [
        "4:9: the template t was archived and cannot come back: give a new name",
    ]


def test_an_export_applied_to_the_same_installation_changes_nothing(run):
    run(WHOLE)

    report = run(export(), environment={})

    assert (report.changes, report.problems) == ([], [])


def test_an_export_has_no_secrets_and_recreates_everything_else(run, db):
    callbacks = WHOLE[WHOLE.index("    callbacks:") : WHOLE.index("    api_keys:")]
    assert run(WHOLE.replace(callbacks, "")).problems == []
    first = export()
    for secret in (SECRET, *ENVIRONMENT.values()):
        assert secret not in first
    release_number(InboundNumber.objects.get(), actor=None)
    Service.objects.update(
        name="Other", normalised_service_name="other", version=99
    )  # out of the way: services are never deleted

    report = run(first)

    assert report.problems == []
    again = export(["Libraries"])
    assert again.partition("services:")[2] == first.partition("services:")[2]


def test_an_export_names_a_service_that_does_not_exist(db):
    with pytest.raises(LookupError, match="there is no service Nobody"):
        export(["Nobody"])


def command(path, *options):
    output = StringIO()
    call_command("apply_config", str(path), *options, stdout=output)
    return output.getvalue()


def test_the_command_prints_ids_and_new_keys_once_as_json(db, files, tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "services.yaml"
    path.write_text(WHOLE)

    first, second = (json.loads(command(path, "--json")) for _ in range(2))

    service = Service.objects.get()
    keys = first["services"]["Libraries"]["api_keys"]
    assert first["services"]["Libraries"]["id"] == str(service.id)
    assert keys["catalogue"]["key"] == f"catalogue-{service.id}-{SECRET}"
    callbacks = [each["services"]["Libraries"]["callbacks"] for each in (first, second)]
    signing = CallbackSigningSecret.objects.get()
    assert callbacks == [
        {"delivery_status": {"id": str(signing.callback_id), "signing_secret": signing.secret}},
        {"delivery_status": {"id": str(signing.callback_id)}},
    ]
    assert second["changes"] == []
    assert [set(key) for key in second["services"]["Libraries"]["api_keys"].values()] == [
        {"id"},
        {"id"},
    ]


def test_a_dry_run_as_json_has_no_ids_and_no_keys(db, tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "services.yaml"
    path.write_text(WHOLE)

    shown = json.loads(command(path, "--json", "--dry-run"))

    assert list(shown) == ["changes", "notes", "diffs"]
    assert '+ service "Libraries"' in shown["changes"]
    assert not Service.objects.exists()


def test_a_dry_run_of_the_command_counts_and_shows_no_key(db, tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "services.yaml"
    path.write_text(WHOLE)

    shown = command(path, "--dry-run")

    assert shown.endswith("changes to make; nothing was changed.\n")
    assert SECRET not in shown


def test_the_export_command_prints_what_the_other_one_reads(run, tmp_path):
    run(WHOLE)
    path = tmp_path / "exported.yaml"

    with path.open("w") as file:
        call_command("export_config", stdout=file)

    assert command(path) == "Nothing to change.\n"


def test_the_command_says_when_there_is_nothing_to_change(db, files, tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "services.yaml"
    path.write_text(WHOLE)

    first, second = command(path), command(path)

    assert "changes made." in first
    assert f"shown once: catalogue-{Service.objects.get().id}-{SECRET}" in first
    assert second == "Nothing to change.\n"


def test_the_command_refuses_with_every_problem_and_its_place(db, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("services:\n  - name: A\n    lvie: true\n    permissions: [fax]\n")

    with pytest.raises(CommandError) as refused:
        command(path)

    lines = str(refused.value).splitlines()
    assert lines[0] == f"{path}:3:5: unknown field lvie; did you mean live?"
    assert lines[1].startswith(f"{path}:4:19: ")
    assert lines[-1] == "Nothing was applied."
    assert not Service.objects.exists()


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_the_command_says_which_file_it_cannot_read(db, tmp_path, name):
    with pytest.raises(CommandError, match=r"No such file|Is a directory"):
        command(tmp_path / name)


def test_a_service_is_given_another_number_and_none(run):
    run(WHOLE)
    other = WHOLE.replace(
        "inbound_numbers:", 'inbound_numbers:\n  - {number: "07700900457", provider: firetext}'
    ).replace('inbound_number: "07700900456"', 'inbound_number: "07700900457"')

    changed = run(other)
    again = run(other)
    without = other.replace('inbound_number: "07700900457"', "inbound_number: null")
    refused = run(without)
    released = run(without.replace("    permissions: [email, sms, inbound_sms]\n", ""))

    assert changed.changes == [
        '+ inbound number "07700900457"',
        '~ service "Libraries": inbound number 07700900456 -> 07700900457',
    ]
    assert (again.changes, again.problems) == ([], [])
    assert "no number goes without inbound_sms" in refused.problems[0].what
    assert released.changes == ['~ service "Libraries": inbound number 07700900457 -> nothing']
    assert not InboundNumber.objects.exclude(service=None).exists()


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('{number: "07700900456"', '{number: "+7700900456"', "is not a number like"),
        ("provider: mmg", "provider: pigeon", "pigeon hands on no texts"),
        (
            'inbound_number: "07700900456"',
            'inbound_number: "07700900999"',
            "The number 07700900999 is not available",
        ),
        (
            "permissions: [email, sms, inbound_sms]",
            "permissions: [email, sms]",
            "a number needs inbound_sms among the permissions",
        ),
    ],
    ids=["number", "provider", "not available", "permission"],
)
def test_a_number_that_cannot_be_had_is_a_problem(run, before, after, problem):
    report = run(WHOLE.replace(before, after))

    assert any(problem in each.what for each in report.problems)
    assert not InboundNumber.objects.exists()


def test_a_number_does_not_change_its_provider(run):
    run(WHOLE)

    report = run(WHOLE.replace("provider: mmg", "provider: firetext"))

    assert [each.what for each in report.problems] == ["the number 07700900456 is one of mmg"]


def test_changed_days_of_retention_are_shown_and_impossible_ones_refused(run):
    run(WHOLE)

    changed = run(WHOLE.replace("sms: 30", "sms: 31"))
    refused = run(WHOLE.replace("sms: 30", "sms: 2"))

    assert changed.changes == ['~ service "Libraries": days of sms 30 -> 31']
    assert [each.what for each in refused.problems] == ["Messages are kept for 3 to 90 days"]
    assert ServiceDataRetention.objects.get(notification_type="sms").days_of_retention == 31


def test_roles_of_people_are_declared_and_applied_again_without_a_change(run):
    text = "users:\n  - {name: Amala, email: amala@example.org, roles: [%s], password_env: P}\n"
    environment = {"P": "correct horse battery"}

    run(text % "support, billing", environment=environment)
    again = run(text % "billing, support", environment=environment)
    taken = run(text % "billing", environment=environment)

    user = User.objects.get()
    assert (user.roles, user.platform_admin, user.is_superuser) == (["billing"], True, False)
    assert (again.changes, len(taken.changes)) == ([], 1)
    assert "roles:\n  - billing" in export()


def test_roles_and_support_contradict_each_other(run):
    text = (
        "users:\n  - {name: A, email: a@example.org, roles: [billing], support: true,"
        " password_env: P}\n"
    )

    report = run(text, environment={"P": "correct horse battery"})

    assert [problem.what for problem in report.problems] == ["give roles or support, not both"]
    assert not User.objects.exists()
