"""The code that the documentation shows, run as it stands against the running platform."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from notifications.api import examples
from notify_project.documentation.operations import OPERATIONS
from notify_project.documentation.samples import samples_of
from notify_project.tests.end_to_end.platform import ROOT
from notify_project.tests.fuzz.conformance import checked_letter

SAMPLES = [
    pytest.param(operation, label, id=f"{operation.name}-{label}")
    for operation in OPERATIONS
    for label in [sample["label"] for sample in samples_of(operation, "")]
]


@pytest.fixture(scope="session")
def names(_platform):
    """Return what stands in for the ids that the samples name."""
    sent = _platform.client().send_sms_notification(
        "07900900123", _platform.template("text"), {"name": "A"}
    )
    return {
        examples.SMS_TEMPLATE: _platform.template("text"),
        examples.EMAIL_TEMPLATE: _platform.template("email"),
        examples.LETTER_TEMPLATE: _platform.template("letter"),
        examples.LETTER_ID: checked_letter(_platform),
        examples.NOTIFICATION_ID: sent["id"],
    }


@pytest.mark.parametrize(("operation", "label"), SAMPLES)
def test_a_sample_does_what_it_shows(platform, names, operation, label, tmp_path):
    source = _published(platform, operation, label)
    for name, row_id in names.items():
        source = source.replace(name, row_id)

    (tmp_path / "deploy").symlink_to(ROOT / "deploy")

    done = _run(platform, source, label, tmp_path)

    assert done.returncode == 0, done.stderr
    if label == "Python":
        assert done.stdout
    elif operation.name == "getLetterPdf":
        assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF-")
    elif operation.name == "getDocumentation":
        assert "</html>" in done.stdout
    else:
        answer = json.loads(done.stdout)
        assert answer.get("valid", True)
        assert "status_code" not in answer
        if operation.is_idempotent:
            assert platform.status_of(answer["id"])


def _published(platform, operation, label):
    """Return the sample as the running platform publishes it."""
    document = json.loads(platform.get("/v2/openapi.json")[1])
    samples = document["paths"][operation.path][operation.method]["x-codeSamples"]
    return next(sample["source"] for sample in samples if sample["label"] == label)


def _run(platform, source, label, directory):
    key = f"live-{platform.service['id']}-{platform.secrets['live']}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = ["bash", "-euo", "pipefail", "-c"] if label == "curl" else [sys.executable, "-c"]
    return subprocess.run(
        [*shell, source],
        cwd=directory,
        env={"PATH": path, "API_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
