"""Values that would not fit the database or the rest of the product."""

import pytest

from services.models import ApiKey, User
from services.read_models import find_service
from services.tests.factories import ServiceFactory, ServiceUserFactory, UserFactory

pytestmark = pytest.mark.django_db

SERVICE = "services:\n  - name: A\n"
USER = "users:\n  - name: A\n    email: "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"services:\n  - name: {'x' * 256}", "2:11: name must have at most 255 characters"),
        ('services:\n  - name: ""', "2:11: name must not be empty"),
        ('services:\n  - name: "a\\nb"', "2:11: name must be one line"),
        ('services:\n  - name: "a\\0b"', "2:11: name must not contain null characters"),
        ("services:\n  - name: 日本", "2:5: "),
        ("services: {name: A}", '1:11: services must be a list (lines that begin with "- ")'),
        ("services:\n  - A", "2:5: must be a mapping of fields (name: value)"),
        (f"{SERVICE}    limits: [1]", "3:13: limits must be a mapping of fields"),
        (f"{SERVICE}    limits: {{sms: 2147483648}}", "3:19: sms must be a whole number"),
        (f"{SERVICE}    limits: {{sms: 0x10}}", "3:19: sms must be a whole number"),
        (f"{SERVICE}    limits: {{sms: 1.5}}", "3:19: sms must be a whole number"),
        (f"{SERVICE}    permissions: [sms, sms]", "3:24: sms is in this list already"),
        (f"{SERVICE}    permissions: [smss]", "3:19: must be one of"),
        (f"{SERVICE}    guest_list: [447900900123]", "3:18: must be text (put it in quotes)"),
        (
            f"{SERVICE}    guest_list: [{', '.join(f'g{n}@example.org' for n in range(6))}]",
            "3:17: At most 5 guests",
        ),
        (
            f"{SERVICE}    callbacks:\n      - {{type: delivery_status, "
            "url: http://example.org, bearer_token_env: TOKEN}",
            "4:9: The address of a callback must begin with https://",
        ),
        (
            f"{SERVICE}    api_keys:\n      - {{name: k, type: test}}\n"
            "      - {name: k, type: test}",
            "5:9: the API key k is declared twice",
        ),
        (
            f"{SERVICE}    templates:\n      - {{name: t, type: sms, content: a}}\n"
            "      - {name: t, type: sms, content: b}",
            "5:9: the template t (sms) is declared twice",
        ),
        (
            f"{SERVICE}    templates:\n      - {{name: t, type: letter, subject: s, content: a, "
            "postage: third}",
            "4:9: Letters alone have a postage",
        ),
        (
            f"{SERVICE}    templates:\n      - {{name: t, type: sms, subject: s, content: a}}",
            "4:9: A text message has no subject",
        ),
        (
            f"{SERVICE}    sms_senders:\n      - sender: ACME\n      - sender: ACME",
            "5:9: the sender ACME is declared twice",
        ),
        (
            f"{SERVICE}    reply_tos:\n      - email: a@example.org\n      - email: a@example.org",
            "5:9: the reply-to a@example.org is declared twice",
        ),
        (
            f"{SERVICE}    callbacks:\n"
            "      - {type: complaint, url: https://a.example, bearer_token_env: TOKEN}\n"
            "      - {type: complaint, url: https://b.example, bearer_token_env: TOKEN}",
            "5:9: the callback complaint is declared twice",
        ),
        (
            f"{SERVICE}    sms_senders:\n      - {{sender: ONE, default: true}}\n"
            "      - {sender: TWO, default: true}",
            "5:32: there can be only one default",
        ),
        (
            f"{SERVICE}    reply_tos:\n      - {{email: a@example.org, default: true}}\n"
            "      - {email: b@example.org, default: true}",
            "5:41: there can be only one default",
        ),
        (
            f"{SERVICE}    api_keys:\n      - {{name: k, type: test, secret_env: KEY_SECRET, "
            "secret: 2b0b0b0b-1111-4222-8333-444444444444}",
            "4:43: give either secret or secret_env, not both",
        ),
        (f"a: {'[' * 5000}", "1:1: the file is nested too deeply"),
        (f"{USER}nobody", "3:12: Not a valid email address"),
        (f"{USER}a@example.org\n    mobile: abc", "4:13: "),
        (f"{USER}a@example.org\n    password_env: NOT_SET", "4:19: the environment variable"),
        (
            f"{USER}a@example.org\n  - name: B\n    email: A@example.org",
            "5:12: the user A@example.org is declared twice",
        ),
        ("organisations:\n  - name: A\n    type: locl", "3:11: type must be one of"),
        ("services: []\n---\nservices: []", "2:1: this is not YAML"),
        ("services:\n\t- name: A", "2:1: this is not YAML"),
        ("a: &a [*a]", "1:1: unknown field a"),
        ("? [services]\n: []", "1:3: "),
    ],
)
def test_a_wrong_value_is_a_problem_with_its_place(problems, text, problem):
    found = problems(text)

    assert any(each.startswith(problem) for each in found), found


def test_a_key_with_another_secret_is_a_problem(run, problems):
    text = f"{SERVICE}    api_keys:\n      - {{name: k, type: test, secret_env: KEY_SECRET}}"
    run(text)

    found = problems(text, environment={"KEY_SECRET": "1b0b0b0b-1111-4222-8333-444444444444"})

    assert found == ["4:43: the API key k has another secret: revoke it first"]
    assert ApiKey.objects.get().version == 1


def test_a_secret_of_another_services_key_is_a_problem(run, problems):
    key = "    api_keys:\n      - {name: k, type: test, secret_env: KEY_SECRET}\n"
    run(SERVICE + key)

    found = problems(f"services:\n  - name: B\n{key}")

    assert found == ["4:9: The key k exists already, or its secret is in use"]


def test_a_name_too_much_like_another_services_is_a_problem(problems):
    ServiceFactory(name="Parking permits", normalised_service_name="parking.permits")

    found = problems("services:\n  - name: PARKING permits!")

    assert len(found) == 1
    assert found[0].startswith("2:5: ")


def test_a_new_password_that_is_too_short_is_a_problem(problems):
    text = f"{USER}a@example.org\n    support: true\n    password_env: SHORT"

    found = problems(text, environment={"SHORT": "abc12"})

    assert [each for each in found if "too short" in each and each.startswith("5:19: ")] == found
    assert len(found) == 1
    assert not User.objects.exists()


def test_the_changes_of_a_service_are_told_in_the_words_of_the_file(run):
    service = f"{SERVICE}    live: {{live}}\n    limits: {{{{sms: 1, per_minute: {{limit}}}}}}"
    run(service.format(live="true", limit=10))

    report = run(service.format(live="false", limit=20))

    assert sorted(report.changes) == [
        '~ service "A": limit per minute 10 -> 20',
        '~ service "A": trial mode no -> yes',
    ]


def test_what_cannot_be_sent_to_may_stay_where_it_is_already(run):
    UserFactory(email_address="admin@localhost", name="A", mobile_number="none")

    report = run(f"{USER}admin@localhost\n    mobile: none")

    assert (report.problems, report.changes) == ([], [])


def test_a_new_number_of_a_member_can_be_written_to_at_once(
    run, redis, django_capture_on_commit_callbacks
):
    user = UserFactory(email_address="a@example.org", name="A", mobile_number="07700 900123")
    service = ServiceUserFactory(user=user).service
    find_service(service.id)

    with django_capture_on_commit_callbacks(execute=True):
        run(f"{USER}a@example.org\n    mobile: 07700 900456")

    assert find_service(service.id).recipients == {"a@example.org", "447700900456"}


def test_a_changed_person_is_changed_and_told(run):
    UserFactory(email_address="a@example.org", name="A")

    report = run(f"{USER}A@example.org\n    mobile: 07700 900123\n    support: true")

    user = User.objects.get(email_address="a@example.org")
    assert report.problems == []
    assert (user.mobile_number, user.platform_admin, user.is_superuser) == (
        "07700 900123",
        True,
        True,
    )
    assert len(report.changes) == 2
