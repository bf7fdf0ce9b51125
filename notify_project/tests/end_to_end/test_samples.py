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

pytestmark = pytest.mark.xdist_group("end_to_end")
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
        examples.NOTIFICATION_ID: sent["id"],
    }


@pytest.mark.parametrize(("operation", "label"), SAMPLES)
def test_a_sample_does_what_it_shows(platform, names, operation, label):
    source = _published(platform, operation, label)
    for name, row_id in names.items():
        source = source.replace(name, row_id)

    done = _run(platform, source, label)

    assert done.returncode == 0, done.stderr
    if label == "curl" and 200 in operation.answers and operation.path != "/v2/docs":
        assert "errors" not in json.loads(done.stdout)
    if label == "curl" and 201 in operation.answers:
        platform.await_status(json.loads(done.stdout)["id"], "delivered")
    assert done.stdout


def _published(platform, operation, label):
    """Return the sample as the running platform publishes it."""
    document = json.loads(platform.get("/v2/openapi.json")[1])
    samples = document["paths"][operation.path][operation.method]["x-codeSamples"]
    return next(sample["source"] for sample in samples if sample["label"] == label)


def _run(platform, source, label):
    key = f"live-{platform.service['id']}-{platform.secrets['live']}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = ["bash", "-euo", "pipefail", "-c"] if label == "curl" else [sys.executable, "-c"]
    return subprocess.run(
        [*shell, source],
        cwd=ROOT,
        env={"PATH": path, "API_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
