"""Read one service's million messages over HTTP, and weigh refusals against acceptances."""

import json
import os
import uuid
from base64 import urlsafe_b64encode
from typing import Any

import floors
import load
import processes
import psycopg2
from measured_service import VALUES, apply_config, sign
from web_server import CONCURRENCY, count_trips, web_command

ROWS = 1_000_000
LIMITED_SECRET = str(uuid.uuid4())
SECONDS = 3
ROUNDS = 2
# Few at once: what a caller waits for is measured here, not how many callers there may be.
READERS = 2
# One in a thousand failed, and one message of all has the rarest status.
FILL = """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", normalised_to, key_type, is_real,
        notification_type, process_type, notification_status, created_at, client_reference,
        billable_units, international, delivery_attempts, api_key_id)
    SELECT gen_random_uuid(), %(service)s, %(template)s, %(version)s, 'amala@example.org',
        CASE WHEN n %% 2 = 0 THEN 'amala@example.org' ELSE n || '@example.org' END,
        'normal', true, 'email', 'normal',
        CASE WHEN n = 1 THEN 'virus-scan-failed' WHEN n %% 1000 = 0 THEN 'permanent-failure'
            ELSE 'delivered' END,
        now() - interval '1 day' + interval '50 ms' * n,
        CASE WHEN n %% 2 = 0 THEN 'campaign' ELSE 'reference-' || n END, 0, false, 1,
        (SELECT id FROM api_keys WHERE service_id = %(service)s LIMIT 1)
    FROM generate_series(1, %(rows)s) n
"""
LISTS = {
    "first page": "",
    "with jobs": "include_jobs=true",
    "one type": "template_type=email",
    "commonest status": "status=delivered",
    "failed": "status=failed",
    "rarest status": "status=virus-scan-failed",
    "reference of half": "reference=campaign",
    "reference of half, failed": "reference=campaign&status=failed",
    "reference of one": "reference=reference-77777",
}
# The same in the management API, 50 a page.
SEARCHES = {
    "all": "",
    "failed": "status=failed",
    "rarest status": "status=virus-scan-failed",
    "one type, of a day": "template_type=email&start_date={today}&end_date={today}",
    "template": "template={template}",
    "template, failed": "template={template}&status=failed",
    "key of all": "api_key={key}",
    "reference of half": "reference=campaign",
    "recipient of half": "to=Amala@example.org",
    "recipient of half, failed": "to=Amala@example.org&status=failed",
    "recipient of one": "to=77777@example.org",
}
# A limit that the first request of the run reaches.
LIMITED = """
organisations:
  - name: Benchmark
services:
  - name: Benchmark limited
    organisation: Benchmark
    live: true
    permissions: [email]
    limits: {email: 100000000, per_minute: 1}
    api_keys:
      - {name: benchmark, type: normal, secret_env: BENCHMARK_LIMITED_SECRET}
"""


def measure(service: dict[str, Any], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Fill the table, then load one web server with reads and refusals in turn."""
    os.environ["BENCHMARK_LIMITED_SECRET"] = LIMITED_SECRET
    limited_id = str(apply_config(LIMITED)["Benchmark limited"]["id"])
    ids = _fill(service)
    port = processes.free_port()
    command = web_command("granian", "notify_project.wsgi:application", port)
    with processes.running(*command, log="reading") as process:
        processes.wait_for(port)
        server = _Server(("127.0.0.1", port), processes.family(process.pid), service["id"])
        rows = _reads(server, ids)
        rows += _searches(server, service, ids)
        rows += _refusals(server, service, limited_id, figures)
    path = f"/v2/notifications/{ids['middle']}"
    figures["read_by_id_sql"] = count_trips("get", path, service["id"])["sql_statements"]
    for name, what in (("read_by_id", "one by id"), ("list", "list"), ("search", "search")):
        found = [row for row in rows if row["what"].startswith(what)]
        for column in ("p50_ms", "p99_ms"):
            figures[f"{name}_{column}"] = max(row[column] for row in found)
    return rows


def _fill(service: dict[str, Any]) -> dict[str, str]:
    template = service["templates"]["email"]
    values = {"service": service["id"], "template": template["id"], "rows": ROWS}
    database = psycopg2.connect(floors.dsn())
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE notifications, notification_history")
        cursor.execute(FILL, values | {"version": template["version"]})
        cursor.execute("VACUUM ANALYZE notifications")
        found = {}
        for name, place in {"middle": ROWS // 2, "end": ROWS - 300}.items():
            cursor.execute(
                "SELECT id FROM notifications ORDER BY created_at DESC OFFSET %s LIMIT 1", [place]
            )
            found[name] = str(cursor.fetchall()[0][0])
    database.close()
    return found


class _Server:
    """A web server that is loaded with one kind of request after the other."""

    def __init__(self, address: tuple[str, int], pids: list[int], service_id: str) -> None:
        self.address, self.pids, self.service_id = address, pids, service_id

    def load(self, what: str, request: bytes, status: int, *, readers: int) -> dict[str, Any]:
        """Send one request over and over; warm it up first."""
        options: dict[str, Any] = {"concurrency": readers, "expect": b" %d " % status}
        load.run(self.address, lambda: request, seconds=1, **options)
        before = processes.cpu_seconds(self.pids)
        result = load.run(self.address, lambda: request, seconds=SECONDS, **options)
        used = processes.cpu_seconds(self.pids) - before
        # A limit lets one request through when its minute is over.
        if result.failures > result.requests / 1000:
            raise SystemExit(f"{what}: {result.failures} not {status}: {result.first_failure}")
        return {
            "what": what,
            "requests_per_second": round(result.per_second, 1),
            "p50_ms": round(result.percentile(0.50), 2),
            "p99_ms": round(result.percentile(0.99), 2),
            "cpu_ms_per_request": round(used / result.requests * 1000, 3),
        }

    def get(self, what: str, path: str) -> dict[str, Any]:
        """Read a path of the API."""
        request = _request("GET", f"/v2/notifications{path}", sign(self.service_id))
        return self.load(what, request, 200, readers=READERS)

    def manage(self, what: str, path: str) -> dict[str, Any]:
        """Read a path of the management API below the service."""
        token = sign("notify-admin", os.environ["INTERNAL_API_SECRET"])
        request = _request("GET", f"/service/{self.service_id}/notifications{path}", token)
        return self.load(what, request, 200, readers=READERS)

    def post(self, what: str, body: Any, status: int, *, token: str) -> dict[str, Any]:
        """Post an email, which is accepted or refused."""
        request = _request("POST", "/v2/notifications/email", token, json.dumps(body).encode())
        return self.load(what, request, status, readers=CONCURRENCY)


def _request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _reads(server: _Server, ids: dict[str, str]) -> list[dict[str, Any]]:
    rows = [server.get("one by id", f"/{ids['middle']}")]
    rows += [server.get(f"list, {what}", f"?{query}") for what, query in LISTS.items()]
    for what, query in (("any", ""), ("failed", "status=failed&")):
        rows += [
            server.get(f"list, {what}, from the {place}", f"?{query}older_than={row_id}")
            for place, row_id in ids.items()
        ]
    return rows


def _searches(
    server: _Server, service: dict[str, Any], ids: dict[str, str]
) -> list[dict[str, Any]]:
    with psycopg2.connect(floors.dsn()) as database, database.cursor() as cursor:
        cursor.execute(
            "SELECT api_key_id, created_at FROM notifications WHERE id = %s", [ids["end"]]
        )
        [[key, at]] = cursor.fetchall()
    names = {"template": service["templates"]["email"]["id"], "key": key, "today": at.date()}
    rows = [
        server.manage(f"search, {what}", f"?{query.format(**names)}")
        for what, query in SEARCHES.items()
    ]
    cursor_of_end = urlsafe_b64encode(f"older {at.isoformat()} {ids['end']}".encode()).decode()
    rows.append(server.manage("search, all, from the end", f"?cursor={cursor_of_end}"))
    rows.append(server.manage("one message, for people", f"/{ids['middle']}"))
    return rows


def _refusals(
    server: _Server, service: dict[str, Any], limited_id: str, figures: dict[str, Any]
) -> list[dict[str, Any]]:
    rounds = [_round_of_posts(server, service, limited_id) for _ in range(ROUNDS)]
    # What else the machine does only ever adds to a measurement.
    rows = {
        name: min((each[name] for each in rounds), key=lambda row: float(row["cpu_ms_per_request"]))
        for name in rounds[0]
    }
    for name in ("bad_body", "bad_token", "limited"):
        share = rows[name]["cpu_ms_per_request"] / rows["accepted"]["cpu_ms_per_request"]
        figures[f"{name}_cpu_share"] = round(share, 3)
    return list(rows.values())


def _round_of_posts(
    server: _Server, service: dict[str, Any], limited_id: str
) -> dict[str, dict[str, Any]]:
    template_id = service["templates"]["email"]["id"]
    body = {"email_address": "amala@example.org", "template_id": template_id}
    body["personalisation"] = VALUES
    # Signed in each round: two of them take longer than a token is good for.
    token, limited = sign(service["id"]), sign(limited_id, LIMITED_SECRET)
    wrong = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    return {
        "accepted": server.post("accepted, 201", body, 201, token=token),
        "bad_body": server.post("refused, 400", body | {"extra": 1}, 400, token=token),
        "bad_token": server.post("refused, 403", body, 403, token=wrong),
        "limited": _limited(server, body, limited),
    }


def _limited(server: _Server, body: dict[str, Any], token: str) -> dict[str, Any]:
    # The first request uses the limit up, though its template is another service's.
    request = _request("POST", "/v2/notifications/email", token, json.dumps(body).encode())
    load.run(server.address, lambda: request, concurrency=1, seconds=0.5, expect=b" 4")
    return server.post("refused, 429", body, 429, token=token)
