"""A load generator for one host: one process, kept connections, little work a request.

Both sides of a comparison use it, so what it costs cancels out.
"""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What one run of load showed."""

    requests: int
    seconds: float
    failures: int
    first_failure: str
    latencies: list[float]  # seconds, sorted

    @property
    def per_second(self) -> float:
        """Return answered requests a second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that ``share`` of the requests kept to."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1000


class _Connection:
    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.started = 0.0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """Read what has come; return the whole answer once it is complete."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed a kept connection")
        self.received += chunk
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return self.received if len(body) >= length else None


def run(
    address: tuple[str, int],
    make_request: Callable[[], bytes],
    *,
    concurrency: int,
    seconds: float,
    expect: bytes = b" 201 ",
) -> Result:
    """Keep ``concurrency`` requests under way for ``seconds``.

    Args:
        address: host and port.
        make_request: returns the bytes of the next request.
        concurrency: kept connections, one request at a time on each.
        seconds: how long; requests under way at the end are waited for and counted.
        expect: part of the status line that makes an answer a success.
    """
    selector = selectors.DefaultSelector()
    connections = [_Connection(address) for _ in range(concurrency)]
    latencies: list[float] = []
    failures, first_failure = 0, ""
    started = time.perf_counter()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(make_request())
    open_requests = concurrency
    while open_requests:
        for key, _ in selector.select():
            connection = key.data
            answer = connection.answer()
            if answer is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.started)
            if expect not in answer[:40]:
                failures += 1
                first_failure = first_failure or answer.decode(errors="replace")[-300:]
            if now - started < seconds:
                connection.send(make_request())
            else:
                open_requests -= 1
    elapsed = time.perf_counter() - started
    for connection in connections:
        connection.socket.close()
    return Result(len(latencies), elapsed, failures, first_failure, sorted(latencies))
