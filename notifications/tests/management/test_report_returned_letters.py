import pytest
from django.core.management import CommandError, call_command

from notifications.models import ReturnedLetter
from notifications.tests.factories import NotificationFactory
from notify_project.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    return tmp_path / "returned.txt"


def run(file, capsys, *options):
    call_command("report_returned_letters", file, *options)
    return capsys.readouterr().out


def test_letters_of_a_file_are_recorded_once(file, capsys):
    rows = [NotificationFactory(letter=True, status="delivered") for _ in range(2)]
    lines = [row.reference for row in rows]
    file.write_text("\ufeff" + "\r\n".join([*lines, "", lines[0], "0" * 16]), encoding="utf-8")

    first, second = run(file, capsys), run(file, capsys)

    assert first == "2 letters of 3 references came back\n"
    assert second == "0 letters of 3 references came back\n"
    assert ReturnedLetter.objects.count() == 2
    events = AuditEvent.objects.filter(action="report returned letters")
    assert [event.after for event in events] == [{"references": 3}] * 2


def test_a_dry_run_records_nothing(file, capsys):
    row = NotificationFactory(letter=True, status="delivered")
    file.write_text(row.reference)

    assert run(file, capsys, "--dry-run") == "1 references\n"
    assert not ReturnedLetter.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"A" * 16 + b"\n\nshort\n" + b"a" * 16, "in line 3, 4"),
        (b"\n", "has no references"),
        (b"\xff", "cannot be read: UnicodeDecodeError"),
        (None, "cannot be read: FileNotFoundError"),
    ],
)
def test_a_file_that_has_anything_else_is_refused_whole(file, capsys, content, words):
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        run(file, capsys)

    assert not ReturnedLetter.objects.exists()
