"""The running platform against its description, and against nonsense.

A short run here; ``make fuzz`` sets the variables for a long one.
"""

import json
import logging
import os

from notify_project.tests.fuzz import conformance, robustness

logger = logging.getLogger(__name__)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
IS_LONG = "FUZZ_EXAMPLES" in os.environ
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "600"))
# Below this many, a process still grows by what it loads and remembers once.
ENOUGH_TO_WEIGH = 10_000
# No generated form gives its file a name, which tells how it is read.
UNREACHED = {"POST /service/{service_id}/upload"}
SEED = int(os.environ.get("FUZZ_SEED", "1"))


def test_the_platform_does_what_its_description_says(platform, tmp_path):
    before = accepted(platform)

    done = conformance.run(platform, examples=EXAMPLES, seed=SEED, directory=tmp_path)

    logger.info("%s", done.stdout[-3000:])
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5000:]
    assert accepted(platform) - before > EXAMPLES


def test_the_management_api_does_what_its_description_says(platform, tmp_path):
    # It has many operations: a few questions of each, unless somebody takes the time.
    examples, phases = (EXAMPLES, conformance.PHASES) if IS_LONG else (3, "fuzzing")

    done, answers = conformance.run_management(
        platform, examples=examples, seed=SEED, directory=tmp_path, phases=phases
    )

    logger.info("%s\n%s", done.stdout[-3000:], answers)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5000:]
    described = json.loads(platform.get("/openapi.json")[1])["paths"]
    operations = {f"{method.upper()} {path}" for path in described for method in described[path]}
    never = {name for name in operations if not any(s < "300" for s in answers.get(name, {}))}
    assert len(never) < len(operations) / 2
    assert never <= UNREACHED or not IS_LONG, never
    assert not [name for name, statuses in answers.items() if max(statuses) >= "500"]


def test_nonsense_breaks_nothing_and_stores_nothing(platform):
    # Other tests of this platform may have broken its servers before.
    before = platform.logs()
    report = robustness.run(platform, number=REQUESTS, seed=SEED)

    logger.info("%s", report)
    assert report.failures == []
    assert {200, 201, 400, 401, 403, 404, 405} <= set(report.statuses)
    assert report.closed < REQUESTS / 100
    logs = platform.logs()

    def count(words):
        return logs.count(words) - before.count(words)

    assert count("unexpected ") == 0
    # Django's own words about a host that is not ours.
    assert count("Traceback") == count("exceptions.DisallowedHost: Invalid")
    early, late = report.memory_mb
    assert REQUESTS < ENOUGH_TO_WEIGH or late <= early * 1.15, report.memory_mb


def accepted(platform):
    return platform.sql("SELECT count(*) FROM notification_history")[0][0]
