from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from notify_project import clock
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


def run(*args):
    err = StringIO()
    call_command("make_report", *args, stderr=err)
    return err.getvalue()


@pytest.fixture
def days():
    today = clock.london_today().isoformat()
    return ["--from", today, "--to", today]


def test_a_report_is_written_to_a_file_and_kept_in_the_audit(tmp_path, days):
    service = ServiceFactory()
    path = tmp_path / "volumes.csv"

    said = run("volumes-by-service", *days, "--output", str(path))

    assert said == "1 rows\n"
    assert str(service.id) in path.read_text()
    assert AuditEvent.objects.get().action == "make a report"


def test_a_report_is_written_to_the_standard_output(capfdbinary, days):
    run("daily-volumes", *days)

    assert b"day,texts" in capfdbinary.readouterr().out


def test_a_file_that_is_there_stays(tmp_path, days):
    path = tmp_path / "old.csv"
    path.write_text("mine")

    with pytest.raises(CommandError, match="is there already"):
        run("daily-volumes", *days, "--output", str(path))

    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["messages"], "Choose the service"),
        (["daily-volumes", "--service", "x"], "is not a service's id"),
    ],
)
def test_what_cannot_be_made_is_refused(days, args, words):
    with pytest.raises(CommandError, match=words):
        run(args[0], *days, *args[1:])
