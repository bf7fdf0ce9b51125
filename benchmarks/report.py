"""What a run of the benchmarks showed, and what it should have shown."""

import json
import operator
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUDGETS = {
    "email_html_share": ("<=", 1.6),
    "email_parts_share": ("<=", 1.6),
    "email_body_us": ("<=", 60),
    "text_us": ("<=", 120),
    "letter_ms": ("<=", 250),
    "letter_share": ("<=", 1.2),
    "phone_share": ("<=", 1.2),
    "pdf_letter_cpu_ms": ("<=", 1000),
    "checked_rows_per_second": (">=", 15_000),
    "accept_share_of_floor": (">=", 0.50),
    "sql_statements": ("<=", 2),
    "sql_selects": ("<=", 0),
    "redis_round_trips": ("<=", 3),
    "emails_per_second": (">=", 400),
    "texts_per_second": (">=", 150),
    "job_rows_per_second": (">=", 3000),
    "job_rows_per_cpu_second": (">=", 5000),
    "jobs_worker_mb": ("<=", 150),
    "first_hand_over_s": ("<=", 5),
    # 100,000 calls to one service within ten minutes.
    "calls_per_second": (">=", 167),
    # A print run: a thousand letters planned and with the printer, and a very long one planned.
    "print_1000_seconds": ("<=", 60),
    "print_worker_growth_mb": ("<=", 40),
    "plan_150000_seconds": ("<=", 120),
    "plan_growth_mb": ("<=", 60),
    "web_process_mb": ("<=", 120),
    "worker_mb": ("<=", 120),
    "handover_p95_ms": ("<=", 1000),
    "mailing_p95_ms": ("<=", 2000),
    "mailing_p99_ms": ("<=", 5000),
    "quiet_p95_share": ("<=", 2),
    "drain_last_share": (">=", 0.9),
    "due_ms": ("<=", 5),
    "read_by_id_sql": ("<=", 1),
    "read_by_id_p50_ms": ("<=", 20),
    "read_by_id_p99_ms": ("<=", 100),
    "list_p50_ms": ("<=", 100),
    "list_p99_ms": ("<=", 1000),
    "search_p50_ms": ("<=", 100),
    # Of a page of the management API or of the audit: as with few rows so with many.
    "list_more_statements": ("<=", 0),
    "list_share": ("<=", 1.6),
    "list_page_ms": ("<=", 100),
    "deleted_rows_per_second": (">=", 20_000),
    "send_longest_ms_beside_deletion": ("<=", 100),
    # A million messages of a day; nobody may wait for a lock meanwhile.
    "facts_seconds": ("<=", 20),
    "facts_lock_waits": ("<=", 0),
    "monthly_p50_ms": ("<=", 50),
    "usage_p50_ms": ("<=", 50),
    "usage_cpu_ms": ("<=", 50),
    "usage_times_floor": ("<=", 4),
    "monthly_times_floor": ("<=", 1.6),
    # Of the admin site, with five million messages.
    "admin_page_p95_ms": ("<=", 300),
    "admin_page_queries": ("<=", 15),
    "bad_body_cpu_share": ("<", 1),
    "bad_token_cpu_share": ("<", 1),
    "limited_cpu_share": ("<", 1),
}
HOLDS = {">=": operator.ge, "<=": operator.le, "<": operator.lt}


def write(figures: dict[str, Any], tables: dict[str, list[dict[str, Any]]]) -> bool:
    """Print the tables and the budgets, and keep them as JSON; say whether all budgets held."""
    for name, rows in tables.items():
        print(f"\n{name}")
        columns = list(dict.fromkeys(column for row in rows for column in row))
        cells = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
        widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
        for line in cells:
            print(
                "  "
                + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            )
    print("\nbudgets")
    over = []
    for name, (sign_, limit) in BUDGETS.items():
        if name not in figures:
            continue
        held = HOLDS[sign_](figures[name], limit)
        over += [] if held else [name]
        print(f"  {name:24} {figures[name]:>10}  {sign_} {limit:<6} {'ok' if held else 'OVER'}")
    path = ROOT / "benchmarks" / "results" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    path.parent.mkdir(exist_ok=True)
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
    path.write_text(json.dumps({"machine": machine, "figures": figures, **tables}, indent=1))
    print(f"\nwritten to {path.relative_to(ROOT)}")
    return not over
