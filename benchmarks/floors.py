"""What the machine can do at best, with nothing of the platform in the way."""

import smtplib
import time
import uuid

import environ
import psycopg2
import psycopg2.extras

MESSAGE = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\n\r\n" + b"x" * 1500
BATCH = 100


def dsn() -> str:
    """Return the database of DATABASE_URL as libpq writes it."""
    database = environ.Env().db_url("DATABASE_URL")
    parts = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
        "host": database.get("OPTIONS", {}).get("host") or database["HOST"],
        "port": database["PORT"],
    }
    return " ".join(f"{name}='{value}'" for name, value in parts.items() if value)


def prepare() -> None:
    """Create the tables of the floors."""
    with psycopg2.connect(dsn()) as database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_floor "
            "(id uuid PRIMARY KEY, body text, created_at timestamptz, status text DEFAULT 'new')"
        )


def deliver(smtp_port: int, count: int) -> float:
    """Claim, send and record in a bare loop; return messages a second."""
    prepare()
    database = psycopg2.connect(dsn())
    database.autocommit = True
    with database.cursor() as cursor:
        psycopg2.extras.execute_values(
            cursor,
            "INSERT INTO bench_floor (id, body, created_at, status) VALUES %s",
            [(str(uuid.uuid4()), "body", "now()", "waiting") for _ in range(count)],
        )
        smtp = smtplib.SMTP("127.0.0.1", smtp_port)
        started = time.perf_counter()
        while True:
            cursor.execute(
                "UPDATE bench_floor SET status = 'claimed' WHERE id IN (SELECT id FROM bench_floor "
                "WHERE status = 'waiting' LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id",
                (BATCH,),
            )
            claimed = [row[0] for row in cursor.fetchall()]
            if not claimed:
                break
            for _ in claimed:
                smtp.sendmail("a@example.org", ["b@example.org"], MESSAGE)
            cursor.execute(
                "UPDATE bench_floor SET status = 'sent' WHERE id = ANY(%s::uuid[])", (claimed,)
            )
        elapsed = time.perf_counter() - started
        smtp.quit()
    database.close()
    return count / elapsed
