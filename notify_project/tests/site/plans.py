"""What the database does for the statements of a page."""

import json
import re
from contextlib import contextmanager

from django.db import connection

# Tables that grow with every message, and with every act.
BIG = {
    "notifications",
    "notification_history",
    "callback_deliveries",
    "callback_attempts",
    "audit_events",
    "delivery_events",
}
MENTIONS = re.compile(r'"?\b({})\b"?'.format("|".join(sorted(BIG, key=len, reverse=True))))
MOST_ROWS = 3000
FIRST_ROWS = 1000


@contextmanager
def reads_of_big_tables():
    """Gather the statements that read from a big table, with their values, as they are made."""
    found = []

    def gather(execute, sql, params, many, context):
        if sql.lstrip("( \n").startswith(("SELECT", "WITH")) and MENTIONS.search(sql):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gather):
        yield found


def faults(sql, params, most=MOST_ROWS):
    """Return what of a statement's plan grows with a big table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        [[plan]] = cursor.fetchall()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return [fault for node in _nodes(plan[0]["Plan"]) if (fault := _fault(node, most))]


def _nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _fault(node, most):
    table = node.get("Relation Name")
    if table not in BIG:
        return None
    # The first rows that there are, for a count that stops, are read from the table itself.
    if node["Node Type"] == "Seq Scan" and (node.get("Filter") or node["Actual Rows"] > FIRST_ROWS):
        return f"reads all of {table}"
    passed_over = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    each = node["Actual Rows"] + sum(node.get(name, 0) for name in passed_over)
    read = each * node["Actual Loops"]
    return f"reads {read} rows of {table}" if read > most else None
