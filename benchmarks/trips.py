"""Count the SQL statements and Redis round trips of warm requests, in one process."""

import json
import os
import sys
from typing import Any

import django
from redis.connection import AbstractConnection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notify_project.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

WARM_UP = 5
MEASURED = 100


def main(kind: str, what: str, token: str) -> None:
    """Print the counts a request as JSON: of posting a body, or of getting a path."""
    sql: list[str] = []
    trips = [0]

    def count_statement(execute: Any, statement: str, *rest: Any) -> Any:
        sql.append(statement)
        return execute(statement, *rest)

    send: Any = AbstractConnection.send_packed_command

    def count_trip(self: AbstractConnection, *args: Any, **kwargs: Any) -> Any:
        trips[0] += 1
        return send(self, *args, **kwargs)

    AbstractConnection.send_packed_command = count_trip  # type: ignore[method-assign]  # counted
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {token}"})
    with connection.execute_wrapper(count_statement):
        for number in range(WARM_UP + MEASURED):
            if number == WARM_UP:
                sql.clear()
                trips[0] = 0
            if kind == "post":
                answer = client.post("/v2/notifications/email", what, "application/json")
            else:
                answer = client.get(what)
            assert answer.status_code in {200, 201}, answer.content  # noqa: S101 - our own check
    selects = sum(statement.lstrip().upper().startswith("SELECT") for statement in sql)
    print(
        json.dumps(
            {
                "sql_statements": len(sql) / MEASURED,
                "sql_selects": selects / MEASURED,
                "redis_round_trips": trips[0] / MEASURED,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
