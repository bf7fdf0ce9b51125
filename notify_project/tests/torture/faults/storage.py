"""Files that cannot be stored or read: what needs none goes on, the rest is refused plainly."""

import contextlib
import io
import time
import uuid
from pathlib import Path

from notifications_python_client import prepare_upload
from notifications_python_client.errors import HTTPError

from notify_project.tests.torture.ledger import Answer, Told
from notify_project.tests.torture.scenarios import scenario

AREAS = ("documents", "letters")
PDF = b"%PDF-1.4\n" + b"x" * 20_000
PAUSE_SECONDS = 0.2
REFUSAL = "Files cannot be stored or read at the moment, try again"


@contextlib.contextmanager
def broken_folders(root: Path):
    """Let each area be a file where its folder should be, as long as the block."""
    root.mkdir(exist_ok=True)
    aside = root.with_name(f"{root.name}-aside")
    for area in AREAS:
        (root / area).mkdir(exist_ok=True)
    aside.mkdir()
    try:
        for area in AREAS:
            (root / area).rename(aside / area)
            (root / area).write_bytes(b"")
        yield
    finally:
        for area in AREAS:
            (root / area).unlink(missing_ok=True)
            (aside / area).rename(root / area)
        aside.rmdir()


def send_file(world, client) -> str:
    """Send an email with a file; return what the refusal says, nothing if it is accepted."""
    reference = f"{world.batch}file-{uuid.uuid4()}"
    upload = prepare_upload(io.BytesIO(b"hello " * 1000), filename="hello.txt")
    values = {"name": "A", "file": upload}
    try:
        sent = client.send_email_notification(
            "file@files.example", world.template("email", "Clients"), values, reference=reference
        )
    except HTTPError as error:
        return _refusal(error)
    world.tell(Told(reference, "normal", time.time(), Answer.ACCEPTED, sent["id"]))
    return ""


def send_letter(world, client) -> str:
    """Send a letter that is printed as it is; return what the refusal says."""
    try:
        client.send_precompiled_letter_notification(f"{world.batch}letter", io.BytesIO(PDF))
    except HTTPError as error:
        return _refusal(error)
    return ""


def _refusal(error: HTTPError) -> str:
    status = error.response.status_code if error.response is not None else None
    return error.message[0]["message"] if status == 503 else f"{status} {error.message}"


@scenario("files cannot be stored or read", group="storage", long=30, short=4)
def files_cannot_be_stored(world, seconds):
    """Emails with files and letters are refused, and leave nothing; all others go on."""
    client = world.client("clients", "Clients")
    test_client = world.client("clients_test", "Clients")
    root = Path(world.env["FILES_ROOT"])
    before = _traces(world, root)
    refusals = set()
    end = time.monotonic() + seconds
    with broken_folders(root), world.lasting("files cannot be stored"):
        while time.monotonic() < end:
            refusals |= {send_file(world, client), send_letter(world, test_client)}
            time.sleep(PAUSE_SECONDS)
    if refusals != {REFUSAL}:
        raise AssertionError(f"not refused as it should be: {refusals}")
    if _traces(world, root) != before:
        raise AssertionError(f"{before} files and rows before, then {_traces(world, root)}")
    after = [send_file(world, client), send_letter(world, test_client)]
    if after != ["", ""]:
        raise AssertionError(f"there is room again, and it is refused: {after}")


def _traces(world, root: Path) -> tuple[int, int, int]:
    """Count files, rows of documents and letters."""
    files = sum(path.is_file() for area in AREAS for path in (root / area).rglob("*"))
    return (
        files,
        world.sql("SELECT count(*) FROM documents")[0][0],
        world.sql("SELECT count(*) FROM notifications WHERE notification_type = 'letter'")[0][0],
    )
