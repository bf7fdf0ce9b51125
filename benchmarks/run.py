"""Measure every part of the platform that has a budget, on this machine.

Needs DATABASE_URL and REDIS_URL of servers that may be filled and thrown away (`make bench`
starts such servers), but for content. Prints a table and writes benchmarks/results/<time>.json.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import accepting  # noqa: E402
import billing_usage  # noqa: E402
import calling  # noqa: E402
import counting  # noqa: E402
import delivering  # noqa: E402
import lanes  # noqa: E402
import listing  # noqa: E402
import loaded  # noqa: E402
import mailing  # noqa: E402
import pdf_letters  # noqa: E402
import printing  # noqa: E402
import reading  # noqa: E402
import rendering  # noqa: E402
import report  # noqa: E402
import retention  # noqa: E402
import spreadsheets  # noqa: E402
from measured_service import API_KEY_SECRET, provision  # noqa: E402

PARTS = [
    *("content", "accept", "deliver", "lanes", "jobs"),
    *("read", "lists", "callbacks", "retention", "statistics", "billing", "letters", "admin"),
]
# They fill the database with much: each is asked for by its name.
APART = {"admin"}


def prepare_environment() -> None:
    """Set what the platform needs; the servers' addresses come from outside."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if missing:
        raise SystemExit(f"Set {' and '.join(missing)}, or run `make bench`, which starts servers.")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="notify_project.settings",
        SECRET_KEY="benchmark",  # noqa: S106 - thrown away with the servers
        ENCRYPTION_KEYS="bm90aWZ5LXRlc3RzLW9ubHktMzItYnl0ZXMtbG9uZyE=",
        INTERNAL_API_SECRET="benchmark, and at least 32 bytes long",  # noqa: S106
        # Pages are asked for by somebody who came by no page of signing in.
        ADMIN_TWO_FACTOR="optional",
        BENCHMARK_SECRET=API_KEY_SECRET,
        HTTP_ALLOW_PRIVATE="true",
        MMG_API_KEY="benchmark",
        LOG_LEVEL="WARNING",
        DEBUG="false",
    )


def main() -> None:
    """Run all parts and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of load for each web server")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--check", action="store_true", help="exit 1 when over a budget")
    options = parser.parse_args()
    parts = [options.only] if options.only else [part for part in PARTS if part not in APART]
    figures: dict[str, Any] = {}
    tables: dict[str, list[dict[str, Any]]] = {}
    if "content" in parts:
        tables["content"] = rendering.measure(figures)
        tables["PDF letters"] = pdf_letters.measure(figures)
        tables["files of recipients"] = spreadsheets.measure(figures)
    if parts != ["content"]:
        on_servers(parts, options.seconds, figures, tables)
    if not report.write(figures, tables) and (options.check or options.only in APART):
        raise SystemExit(1)


def on_servers(
    parts: list[str],
    seconds: float,
    figures: dict[str, Any],
    tables: dict[str, list[dict[str, Any]]],
) -> None:
    """Measure what needs a database."""
    prepare_environment()

    service = provision()
    if "accept" in parts:
        tables["accept"] = accepting.measure(service, figures, seconds=seconds)
    if "lanes" in parts:
        tables |= lanes.measure(service, figures)
    measures = {
        "deliver": delivering,
        "jobs": mailing,
        "read": reading,
        "lists": listing,
        "callbacks": calling,
        "retention": retention,
        "statistics": counting,
        "billing": billing_usage,
        "letters": printing,
        "admin": loaded,
    }
    for part, module in measures.items():
        if part in parts:
            tables[part] = module.measure(service, figures)


if __name__ == "__main__":
    main()
