"""Receipts of the stand-ins of text message providers, posted until the platform takes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from deploy.stub_http import Client

CONNECTIONS = 4
TRIES = 40
FIRST_PAUSE_SECONDS = 0.4
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Receipt:
    """What is posted, as it is written on the wire; to a path of its own, if it has one."""

    body: bytes
    content_type: str
    path: str = ""


@dataclass
class Receipts:
    """Posts receipts to the platform, again while it does not take them."""

    url: str
    keep: int
    accepted: int = 0
    repeated: int = 0
    given_up: int = 0
    _waiting: asyncio.Queue[tuple[Receipt, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = asyncio.Queue(self.keep)

    def plan(self, receipt: Receipt, *, seconds: float, tries: int = 0) -> None:
        """Post a receipt after so many seconds, later again with each try."""
        asyncio.get_running_loop().call_later(seconds, self._add, receipt, tries)

    async def work(self) -> None:
        """Post what is waiting, for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._post_all(Client(self.url)))

    def _add(self, receipt: Receipt, tries: int) -> None:
        try:
            self._waiting.put_nowait((receipt, tries))
        except asyncio.QueueFull:
            self.given_up += 1

    async def _post_all(self, client: Client) -> None:
        while True:
            receipt, tries = await self._waiting.get()
            try:
                status = await client.post(receipt.body, receipt.content_type, path=receipt.path)
            except OSError:
                status = 0
            if 200 <= status < 300:
                self.accepted += 1
            elif tries + 1 < TRIES:
                self.repeated += 1
                pause = min(FIRST_PAUSE_SECONDS * 2**tries, LONGEST_PAUSE_SECONDS)
                self.plan(receipt, seconds=pause, tries=tries + 1)
            else:
                self.given_up += 1
