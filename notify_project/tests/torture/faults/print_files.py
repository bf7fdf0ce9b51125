"""Files of letters whose hand-over dies at its last step, when the printer may have one."""

import signal
import subprocess
import sys
import uuid

from deploy.stub_sftp import StubSftp
from notify_project.tests.end_to_end.platform import ROOT
from notify_project.tests.torture import crashing
from notify_project.tests.torture.scenarios import scenario
from notify_project.tests.torture.world import CRASHING

LETTERS = 20
ADDRESS = {
    "address_line_1": "Jo Bloggs",
    "address_line_2": "1 High Street",
    "address_line_3": "SW1A 1AA",
    "name": "Jo",
}
_MODULES = """
from datetime import timedelta
from notifications import lifecycle
from notifications.letters import files
from notifications.letters.print_day import print_day
from notifications.letters.printing import batches, from_printer
from notifications.letters.printing.files import plan
from notifications.letters.printing.ready import ready_letters
from notifications.letters.printing.upload import hand_over
from notifications.models import LetterPrintBatch, Notification
from notifications.providers.registry import provider
from notify_project import clock
now = clock.now()
"""
_PLAN = f"""{_MODULES}
for letter in Notification.objects.filter(
    notification_type="letter", status="created", client_reference__startswith="{{batch}}sftp"
):
    files.store_pdf(letter, b"%PDF-1.4 pages")
    lifecycle.count_sheets(letter.id, 1, now=now)
list(plan(ready_letters(now), "sftp", print_day(now)))
"""
# Leases end, as they do after four minutes; then what is due is handed over.
_HAND_OVER = f"""{_MODULES}
LetterPrintBatch.objects.update(claimed_until=None, next_attempt_at=None)
held = Notification.objects.filter(notification_type="letter")
held.filter(claimed_until__lt=now + timedelta(days=1)).update(claimed_until=None)
while claimed := batches.claim_batch(clock.now()):
    hand_over(claimed.batch, provider("sftp"))
"""
_READ = f"{_MODULES}\nfrom_printer.read_all()"


def run(world, stub, script, *, dies=False) -> None:
    """Run a script of the product's, with the points at which it may die."""
    options = {f"SFTP_{name.upper()}": value for name, value in stub.options.items()}
    done = subprocess.run(
        [sys.executable, *CRASHING, "shell", "-v0", "-c", script],
        cwd=ROOT,
        env=world.env | options,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (-signal.SIGKILL if dies else 0), done.stderr


def send_letters(world) -> None:
    """Send letters that nobody makes pages for: that is done by hand."""
    client = world.client("clients", "Clients")
    for _ in range(LETTERS):
        client.send_letter_notification(
            world.template("letter", "Clients"),
            ADDRESS,
            reference=f"{world.batch}sftp-{uuid.uuid4()}",
        )


def die_and_go_on(world, stub, point) -> None:
    """Plan a file, let its hand-over die at a point, and let another process go on."""
    send_letters(world)
    run(world, stub, _PLAN.format(batch=world.batch))
    crashing.arm(world.crashes, point, [1])
    run(world, stub, _HAND_OVER, dies=True)
    run(world, stub, _HAND_OVER)


def printed_once(world, stub) -> None:
    """Complain unless the printer has each letter once."""
    stub.printing.take()
    rows = world.sql(
        "SELECT reference FROM notifications WHERE client_reference LIKE %s",
        f"{world.batch}sftp-%",
    )
    wanted, printed = sorted(row[0] for row in rows), sorted(stub.printing.references())
    assert printed == wanted, (
        f"{len(wanted)} letters, {len(set(printed))} of {len(printed)} printed"
    )


def batches(world) -> list[tuple[str, str]]:
    """Return each file's name and state, the oldest first."""
    return world.sql(
        "SELECT b.file_name, b.state FROM letter_print_batches b WHERE EXISTS ("
        "SELECT FROM letter_print_entries e JOIN notifications n ON n.id = e.notification_id "
        "WHERE e.batch_id = b.id AND n.client_reference LIKE %s) ORDER BY b.created_at",
        f"{world.batch}sftp-%",
    )


@scenario("letters-sftp: killed at the last step", group="processes", long=20, load=2.0)
def letters_by_sftp(world, seconds):
    """Before it, after it, and after the printer took the file: only then somebody is asked."""
    del seconds
    before, after = crashing.PRINTING_FILES
    with StubSftp(world.directory / f"printer-{uuid.uuid4()}") as stub:
        die_and_go_on(world, stub, before)
        die_and_go_on(world, stub, after)
        stub.faults.take_at_once = True
        die_and_go_on(world, stub, after)
        stub.faults.take_at_once = False
        printed_once(world, stub)
        found = batches(world)
        states = [state for _, state in found]
        assert states == ["uploaded", "uploaded", "unclear"], states
        stub.printing.acknowledge([name for name, _ in found])
        stub.printing.respond([f"{each}|Sent|1|Sorted" for each in stub.printing.references()])
        run(world, stub, _READ)
        assert {state for _, state in batches(world)} == {"acknowledged"}
        printed_once(world, stub)
