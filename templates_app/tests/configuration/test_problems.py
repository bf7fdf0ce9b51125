import pytest

from services.models import Organisation, Service
from templates_app.configuration.applying import apply_file

KEY = "services:\n  - name: A\n    api_keys:\n      - {name: k, type: normal, "
TEMPLATE = "services:\n  - name: A\n    templates:\n      - {name: t, type: "
PROBLEMS = {
    "unknown field": ("servicez: []", "1:1: unknown field servicez; did you mean services?"),
    "unknown field of a service": (
        "services:\n  - name: A\n    live: true\n    colour: red",
        "4:5: unknown field colour",
    ),
    "missing field": ("services:\n  - live: true", "2:5: name is missing"),
    "wrong type": (
        "services:\n  - name: A\n    live: 3",
        "3:11: live must be true or false",
    ),
    "number too large": (
        "services:\n  - name: A\n    limits: {sms: -1}",
        "3:19: sms must be a whole number from 0 to 2147483647",
    ),
    "text that YAML reads as a number": (
        "services:\n  - name: 5",
        "2:11: name must be text (put it in quotes)",
    ),
    "given twice": ("services: []\nservices: []", "2:1: services is given twice"),
    "declared twice": (
        "services:\n  - name: A\n  - name: A",
        "3:11: the service A is declared twice",
    ),
    "unknown organisation": (
        "organisations:\n  - name: Council\nservices:\n  - name: A\n    organisation: Counci",
        "5:19: there is no organisation Counci; did you mean Council?",
    ),
    "unknown member": (
        "services:\n  - name: A\n    team: [nobody@example.org]",
        "3:12: there is no user nobody@example.org",
    ),
    "bad guest": (
        "services:\n  - name: A\n    guest_list: [nobody]",
        "3:17: nobody: Must not contain letters or symbols",
    ),
    "bad sender": (
        "services:\n  - name: A\n    sms_senders:\n      - sender: X",
        "4:9: A sender has 3 to 11 letters, digits, spaces or & . - _",
    ),
    "bad reply-to": (
        "services:\n  - name: A\n    reply_tos:\n      - email: desk",
        "4:9: Not a valid email address",
    ),
    "secret not set": (
        f"{KEY}secret_env: NOT_SET}}",
        "4:45: the environment variable NOT_SET is not set",
    ),
    "bad secret": (
        f"{KEY}secret: secret}}",
        "4:9: The secret must be a lower-case UUID of version 4",
    ),
    "bad key type": (
        "services:\n  - name: A\n    api_keys:\n      - {name: k, type: live}",
        "4:25: type must be one of normal, team, test",
    ),
    "callback without a token": (
        "services:\n  - name: A\n    callbacks:\n"
        "      - {type: delivery_status, url: https://example.org}",
        "4:9: bearer_token_env is missing: it names an environment variable",
    ),
    "email without a subject": (
        f"{TEMPLATE}email, content: x}}",
        "4:9: Invalid template subject",
    ),
    "long text": (
        f"{TEMPLATE}sms, content: {'x' * 919}}}",
        "4:9: Content has a character count greater than the limit of 918",
    ),
    "bad process type": (
        f"{TEMPLATE}sms, content: x, process_type: urgent}}",
        "4:56: process_type must be one of normal, priority",
    ),
    "unsubscribe link in a text": (
        f"{TEMPLATE}sms, content: x, has_unsubscribe_link: true}}",
        "4:9: Emails alone have an unsubscribe link",
    ),
    "empty": ("", "1:1: the file is empty"),
    "not a mapping": ("- a", "1:1: must be a mapping of fields (name: value)"),
    "not YAML": ("services: [", "1:12: this is not YAML:"),
    "anchors of nothing": ("services: *a", "1:11: this is not YAML:"),
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_names_its_line_and_column(problems, text, problem):
    found = problems(text)

    assert any(each.startswith(problem) for each in found), found
    assert not Service.objects.exists()


def test_all_problems_are_told_at_once_and_nothing_is_applied(problems):
    found = problems(
        """\
        organisations:
          - name: Good
        services:
          - name: A
            colour: red
            templates:
              - {name: t, type: email, content: x}
              - {name: u, type: fax, content: x}
        """
    )

    assert [each.partition(":")[0] for each in found] == ["5", "7", "8"]
    assert not Organisation.objects.exists()


def test_bytes_that_are_no_text_are_a_problem(db):
    report = apply_file(b"services:\n  - name: \xff", dry_run=False)

    assert [(each.place.line, each.what) for each in report.problems] == [
        (2, "the file is not UTF-8 text")
    ]


def test_a_python_object_in_a_file_is_not_made(problems):
    found = problems("services: !!python/object/apply:os.system ['true']")

    assert len(found) == 1


def test_a_key_of_another_type_or_secret_is_a_problem(run, problems):
    text = (
        "services:\n  - name: A\n    live: true\n    api_keys:\n      - {name: k, type: normal}\n"
    )
    run(text)

    assert problems(text.replace("type: normal", "type: team")) == [
        "5:25: the API key k is normal: revoke it first"
    ]
