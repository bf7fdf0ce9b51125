"""Every published case of the public API, over HTTP against a running platform."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from notify_project.tests.end_to_end.contract_cases import SECTIONS, read_section
from notify_project.tests.end_to_end.contract_client import Caller
from notify_project.tests.end_to_end.contract_listener import listening
from notify_project.tests.end_to_end.contract_scenarios import Scenarios
from notify_project.tests.end_to_end.platform import ROOT

CASES = [case for section in SECTIONS for case in read_section(section)]
ASKED: list[str] = []
WORLD = "notify_project.tests.end_to_end.contract_world"


@pytest.fixture(scope="module")
def listener(_platform):
    with listening(_platform.certificate) as found:
        yield found


@pytest.fixture(scope="module")
def caller(_platform, listener):
    done = subprocess.run(
        [sys.executable, "-m", WORLD, listener.url],
        cwd=ROOT,
        env=_platform.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    world = json.loads(done.stdout)
    return Caller(f"http://127.0.0.1:{_platform.web_port}", **world)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_the_platform_answers_as_the_contract_says(platform, caller, listener, case):
    ASKED.append(case["case"])
    if "scenario" in case:
        getattr(Scenarios(caller, platform, listener), case["scenario"])()
        return
    for answer in caller.answers(case):
        caller.require(case, answer)
        require_what_follows(platform, caller, case, answer)


def require_what_follows(platform, caller, case, answer):
    """Look at what became of a message that was taken."""
    if "later" in case:
        caller.ids["ANSWERED"] = answer.json()["id"]
        caller.require(case["later"], caller.ask(case["later"]))
    if "settles" in case:
        platform.await_status(answer.json()["id"], case["settles"])


def test_all_cases_were_asked_by_this_process_in_their_order(request):
    mine = [item for item in request.session.items if item.path == request.path]
    wanted = [item.callspec.params["case"]["case"] for item in mine if hasattr(item, "callspec")]

    # Limits count on: in two processes, on two platforms, they would not.
    assert wanted == ASKED


def test_no_case_is_missing():
    numbers = zip("ABCDEFGHIJKLM", SECTIONS.values(), strict=True)
    every = [f"{letter}{number + 1}" for letter, count in numbers for number in range(count)]

    assert [case["case"] for case in CASES] == every
    assert len(every) == 349


def test_every_case_compares_something():
    compared = {"errors", "expect", "matches", "exactly", "items", "only", "later", "scenario"}
    silent = [
        case["case"] for case in CASES if case.get("status", 0) >= 400 and not compared & set(case)
    ]

    # The contract says nothing of this one's body.
    assert silent == ["M8"]
    assert Counter("scenario" in case for case in CASES)[True] == 11
