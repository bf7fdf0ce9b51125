"""Send odd requests by the thousand: nothing breaks, nothing is stored, nothing leaks."""

import collections
import contextlib
import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path

from notify_project.tests.described import require_described
from notify_project.tests.fuzz.odd_requests import Request, Requests

# The web server itself refuses these, before the platform sees them.
REFUSED_BY_THE_SERVER = {400, 408, 413, 414, 431}
TABLES = ("notifications", "notification_history", "api_keys", "templates", "services")


@dataclass
class Report:
    """What came of it."""

    statuses: collections.Counter = field(default_factory=collections.Counter)
    failures: list[str] = field(default_factory=list)
    closed: int = 0
    memory_mb: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """An answer as `require_described` reads it."""

    status_code: int
    headers: http.client.HTTPMessage
    content: bytes

    def json(self):
        return json.loads(self.content)


class Connection:
    """A connection that is opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, request: Request) -> Answer | None:
        """Send a request; None when the server hung up without an answer.

        After a refusal that left a body unread the server closes the connection, which the next
        request learns: as every client does, it tries once more.
        """
        return self._ask(request) or self._ask(request)

    def _ask(self, request: Request) -> Answer | None:
        connection = self._connection
        try:
            connection.putrequest(
                request.method,
                request.path,
                skip_host=any(name == "Host" for name, _ in request.headers),
                skip_accept_encoding=True,
            )
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (http.client.HTTPException, ConnectionError):
            self.close()
            return None

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def run(platform, *, number: int, seed: int = 1) -> Report:
    """Send so many requests and compare what is stored before and after."""
    report = Report()
    requests = Requests(
        seed,
        service_id=platform.service["id"],
        secret=platform.secrets["live"],
        templates={name: row["id"] for name, row in platform.service["templates"].items()},
    )
    before = _rows(platform)
    with contextlib.closing(Connection(platform.web_port)) as connection:
        for count, request in zip(range(1, number + 1), requests, strict=False):
            _judge(request, connection.ask(request), report)
            if count in {number // 4, number}:
                report.memory_mb.append(_memory_mb(platform))
    _require_only_accepted_rows(before, _rows(platform), report)
    return report


def _judge(request: Request, answer: Answer | None, report: Report) -> None:
    if answer is None:
        report.closed += 1
        return
    report.statuses[answer.status_code] += 1
    what = f"{request.method} {request.path[:120]} {request.body[:120]!r}"
    if answer.status_code >= 500:
        report.failures.append(f"{answer.status_code}: {what}")
        return
    if not request.path.startswith("/v2/") or request.method in {"HEAD", "OPTIONS"}:
        return
    if not answer.content and answer.status_code in REFUSED_BY_THE_SERVER:
        return
    try:
        require_described(answer, request.method, request.path)
    except (AssertionError, ValueError, KeyError) as error:
        report.failures.append(f"{type(error).__name__} {str(error)[:300]}: {what}")


def _rows(platform) -> dict[str, int]:
    return {
        table: platform.sql(f"SELECT count(*) FROM {table}")[0][0]  # of our own words
        for table in TABLES
    }


def _require_only_accepted_rows(
    before: dict[str, int], after: dict[str, int], report: Report
) -> None:
    for table, count in after.items():
        wanted = report.statuses[201] if table.startswith("notification") else 0
        if count - before[table] != wanted:
            report.failures.append(f"{count - before[table]} rows in {table} instead of {wanted}")


def _memory_mb(platform) -> float:
    """Return the resident memory of the web server's processes."""
    parent = platform.supervisor.pids()["web"]
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    kilobytes = [
        int(line.split()[1])
        for pid in [parent, *children]
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    ]
    return sum(kilobytes) / 1024
