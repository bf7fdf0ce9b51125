"""Ask the running platform what its description allows and forbids: schemathesis."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from notify_project.tests.end_to_end.clients_world import small_pdf
from notify_project.tests.end_to_end.platform import ROOT, eventually

HERE = Path(__file__).parent
PHASES = "examples,coverage,fuzzing"


def checked_letter(platform) -> str:
    """Return the id of a letter whose PDF is there."""
    client = platform.client("test")
    sent = client.send_precompiled_letter_notification("checked", BytesIO(small_pdf()))
    eventually(lambda: client.get_notification_by_id(sent["id"])["status"] == "received")
    return sent["id"]


def run(platform, *, examples: int, seed: int, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run all phases with so many examples for each operation."""
    sent = platform.client().send_sms_notification(
        "07900900123", platform.template("text"), {"name": "A"}
    )
    ids = {
        "sms": platform.template("text"),
        "email": platform.template("email"),
        "letter": platform.template("letter"),
        "template_id": platform.template("email"),
        "notification_id": sent["id"],
        "letter_id": checked_letter(platform),
    }
    return _schemathesis(
        platform,
        "/v2/openapi.json",
        "schemathesis.toml",
        "hooks",
        examples=examples,
        seed=seed,
        directory=directory,
        FUZZ_SERVICE_ID=platform.service["id"],
        FUZZ_SECRET=platform.secrets["live"],
        FUZZ_IDS=json.dumps(ids),
    )


def run_management(
    platform, *, examples: int, seed: int, directory: Path, phases: str = PHASES
) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, int]]]:
    """Do the same for the management API; also return how each operation was answered."""
    world = subprocess.run(
        [sys.executable, "-m", "notify_project.tests.fuzz.management_world"],
        cwd=ROOT,
        env=platform.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert world.returncode == 0, world.stderr
    answers = directory / "answers.json"
    done = _schemathesis(
        platform,
        "/openapi.json",
        "schemathesis_management.toml",
        "management_hooks",
        examples=examples,
        seed=seed,
        directory=directory,
        phases=phases,
        FUZZ_WORLD=world.stdout,
        FUZZ_URL=f"http://127.0.0.1:{platform.web_port}",
        FUZZ_ANSWERS=str(answers),
    )
    return done, json.loads(answers.read_text()) if answers.exists() else {}


def _schemathesis(
    platform,
    description: str,
    config: str,
    hooks: str,
    *,
    examples: int,
    seed: int,
    directory: Path,
    phases: str = PHASES,
    **env: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *[Path(sys.executable).parent / "schemathesis", "--config-file"],
            *[HERE / config, "run"],
            f"http://127.0.0.1:{platform.web_port}{description}",
            *["--max-examples", str(examples), "--seed", str(seed)],
            *["--phases", phases, "--report-dir", directory],
        ],
        cwd=directory,  # where it keeps what it found
        env=platform.env
        | env
        | {
            "SCHEMATHESIS_HOOKS": f"notify_project.tests.fuzz.{hooks}",
            "PYTHONPATH": str(ROOT),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(directory / "hypothesis"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
