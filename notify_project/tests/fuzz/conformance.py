"""Ask the running platform what its description allows and forbids: schemathesis."""

import json
import subprocess
import sys
from pathlib import Path

from notify_project.tests.end_to_end.platform import ROOT

HERE = Path(__file__).parent


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
    }
    return subprocess.run(
        [
            *[Path(sys.executable).parent / "schemathesis", "--config-file"],
            *[HERE / "schemathesis.toml", "run"],
            f"http://127.0.0.1:{platform.web_port}/v2/openapi.json",
            *["--max-examples", str(examples), "--seed", str(seed)],
            *["--phases", "examples,coverage,fuzzing", "--report-dir", directory],
        ],
        cwd=ROOT,
        env=platform.env
        | {
            "FUZZ_SERVICE_ID": platform.service["id"],
            "FUZZ_SECRET": platform.secrets["live"],
            "FUZZ_IDS": json.dumps(ids),
            "SCHEMATHESIS_HOOKS": "notify_project.tests.fuzz.hooks",
            "PYTHONPATH": str(ROOT),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(directory / "hypothesis"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
