import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notifications.models import PersonRequest
from notifications.tests.factories import NotificationFactory
from services.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

JO = "jo@example.com"


def run(name, *arguments):
    """Run a command and return what it printed."""
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_person_is_counted_and_exported_to_a_file_of_ones_own(tmp_path, monkeypatch):
    row = NotificationFactory(email=True)
    monkeypatch.setattr("sys.stdin", StringIO(f"{JO}\n\n07700 900123\n"))
    file = tmp_path / "jo.json"

    printed = run("find_person", "-", "--reason=asked", "--case=DP-7", f"--output={file}")

    assert "1 messages" in printed
    assert "0 received texts" in printed
    assert JO not in printed
    assert file.stat().st_mode & 0o777 == 0o600
    exported = json.loads(file.read_text())
    [message] = exported["found"]["messages"]
    assert (message["id"], message["to"]) == (str(row.id), JO)
    request = PersonRequest.objects.get()
    assert (exported["request"], request.case_reference) == (str(request.id), "DP-7")
    assert len(request.digests) == 2
    with pytest.raises(CommandError, match="is there already"):
        run("find_person", JO, "--reason=asked", f"--output={file}")


def test_nothing_is_erased_without_yes():
    row = NotificationFactory(email=True)
    account = UserFactory(email_address=JO)

    printed = run("erase_person", JO, "--reason=asked", "--case=DP-8")

    row.refresh_from_db()
    assert row.to == JO
    assert "1 messages" in printed
    assert "Nothing was erased. Add --yes" in printed
    assert f"Account {account.id} is active; accounts are not erased" in printed


def test_an_erasure_ends_with_a_certificate_that_names_nobody(tmp_path):
    NotificationFactory(email=True)
    staff = UserFactory(support=True, name="Amala Bird", email_address="amala@example.org")
    file = tmp_path / "certificate.json"

    printed = run(
        "erase_person", JO, "--reason=asked for it", "--case=DP-8", "--yes",
        "--by=Amala@example.org", f"--certificate={file}",
    )  # fmt: skip

    request = PersonRequest.objects.get()
    for line in (
        f"Certificate of erasure {request.id}",
        "Case: DP-8",
        "Reason: asked for it",
        "By: Amala Bird",
        "1 messages erased",
        "1 of them stopped before they were sent",
    ):
        assert line in printed
    assert JO not in printed
    certificate = json.loads(file.read_text())
    assert certificate["certificate"] == str(request.id)
    assert certificate["actor"] == str(staff.id)
    assert (certificate["erased"]["messages"], certificate["erased"]["guests"]) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["London", "--reason=x"], "Recipient 1 is no email address"),
        ([JO, f"--reason={JO} asked"], "must not name the person"),
        ([JO, "--reason=x", "--by=nobody@example.org"], "nobody of the support staff"),
        ([JO, "--reason=x", "--output=/nowhere/at/all"], "cannot be written: No such file"),
    ],
    ids=["no recipient", "named", "by nobody", "no folder"],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(CommandError, match=message):
        run("find_person", *arguments)


def test_a_certificate_needs_its_folder_before_anything_is_erased():
    row = NotificationFactory(email=True)

    with pytest.raises(CommandError, match="there is no folder"):
        run("erase_person", JO, "--reason=x", "--case=1", "--yes", "--certificate=/nowhere/c.json")

    row.refresh_from_db()
    assert row.to == JO


def test_without_redis_nothing_is_changed_and_the_command_says_so(settings):
    row = NotificationFactory(email=True)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(CommandError, match="run it again"):
        run("erase_person", JO, "--reason=x", "--case=DP-8", "--yes")

    row.refresh_from_db()
    assert row.to == JO


def test_what_takes_longer_than_two_seconds_tells_how_far_it_is(monkeypatch):
    NotificationFactory(email=True)
    monkeypatch.setattr("notifications.management.progress.EVERY_SECONDS", 0.0)

    printed = run("erase_person", JO, "--reason=x", "--case=DP-8", "--yes")

    assert "erased 1 of 1 messages" in printed
