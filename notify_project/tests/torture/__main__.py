"""Break the platform on purpose and report what came of it: ``make torture``."""

import argparse
import itertools
import logging
import secrets
import signal
import sys
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path

from deploy.environment import LOCAL
from deploy.test import end_by_signal
from notify_project.tests.torture import report
from notify_project.tests.torture.runner import Row, run_all
from notify_project.tests.torture.scenarios import all_scenarios, chosen
from notify_project.tests.torture.world import a_world

RESULTS = LOCAL / "torture"


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="in name or group")
    parser.add_argument("--seconds", type=float, help="that each fault lasts")
    parser.add_argument("--minutes", type=float, default=4, help="of killing at random")
    parser.add_argument("--short", action="store_true", help="what the tests do")
    parser.add_argument("--list", action="store_true", help="name what can be broken, and end")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="to do the same again"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run the chosen scenarios and return the exit code."""
    options = parse(arguments)
    scenarios = chosen(all_scenarios(), options.only)
    if options.short:
        scenarios = [each for each in scenarios if each.short is not None]
    if not scenarios:
        say("Nothing is called so; --list shows what there is.")
        return 2
    if options.list:
        for each in scenarios:
            say(f"{each.group:10} {each.name}")
        return 0
    return run(scenarios, options)


def run(scenarios, options: argparse.Namespace) -> int:
    """Run scenarios, write the report and return the exit code."""
    signal.signal(signal.SIGTERM, end_by_signal)
    # The client's own words about each refusal; they are counted.
    logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
    say(f"--seed {options.seed}")
    began = time.monotonic()
    rows = []
    for clock, those in itertools.groupby(scenarios, key=lambda each: each.clock):
        rows += _run_in_a_world(list(those), options, clock)
    report.write(rows, RESULTS)
    say(f"\n{report.as_markdown(rows)}\n{time.monotonic() - began:.0f} s, also in {RESULTS}")
    return 0 if all(row.is_good for row in rows) else 1


def _run_in_a_world(scenarios, options: argparse.Namespace, clock: datetime | None) -> list[Row]:
    """Run scenarios that share a clock, on a platform of theirs."""
    with tempfile.TemporaryDirectory(prefix="notify-torture-") as directory:
        with a_world(Path(directory), seed=options.seed, clock=clock) as world:
            rows = run_all(world, scenarios, partial(_seconds_of, options), _tell)
        if not all(row.is_good for row in rows):
            _keep_logs(Path(directory))
    return rows


def _seconds_of(options: argparse.Namespace, scenario) -> float:
    if options.seconds is not None:
        return options.seconds
    if options.short:
        return scenario.short
    return options.minutes * 60 if scenario.is_in_minutes else scenario.long


def _tell(row: Row) -> None:
    recovered = "never" if row.recovered_after is None else f"{row.recovered_after:.1f} s"
    events = ", ".join(f"{number} x {what}" for what, number in row.events.items())
    say(
        f"{'good' if row.is_good else 'BAD '} {row.name}: {row.verdict.messages} messages, "
        f"recovered after {recovered}; {events}"
    )
    for text in report.wrong(row):
        say(f"     {text}")


def _keep_logs(directory: Path) -> None:
    """Keep the logs of a run in which something went wrong."""
    kept = RESULTS / "log"
    kept.mkdir(parents=True, exist_ok=True)
    for path in (directory / "log").glob("*.log"):
        (kept / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
