"""How a stand-in behaves, and orders that change it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from http import HTTPStatus
from typing import Any

from deploy.stub_http import Answer, ConnectionDropped
from deploy.stub_journal import Entry

# What is asked of HTTP: ``-taken`` means that the message reaches its recipient all the same.
MODES = ("ok", "error", "garbage", "hang", "hang-taken", "cut", "cut-taken", "refuse")
RECEIPTS = ("delivered", "temporary-failure", "permanent-failure", "none")
GARBAGE = b'\x00\xff<html>{"half of an answ'


@dataclass(frozen=True)
class Behaviour:
    """What a stand-in does with each request.

    Attributes:
        mode: one of the stand-in's modes.
        code: the status of mode ``error``.
        share: of the requests that the mode is for; the others are answered as in ``ok``.
        delay_ms: before the message is taken.
        answer_delay_ms: between taking it and the answer.
        receipt: the outcome that receipts tell, or ``none``.
        receipt_delay_ms: from taking a message to its receipt.
        receipt_spread_ms: how much later it may be, so that receipts overtake each other.
        receipt_times: how often each is posted.
        per_second: of more requests a printer wants none; 0 is no limit.
    """

    mode: str = "ok"
    code: int = 500
    share: float = 1.0
    delay_ms: float = 0.0
    answer_delay_ms: float = 0.0
    receipt: str = "delivered"
    receipt_delay_ms: float = 200.0
    receipt_spread_ms: float = 0.0
    receipt_times: float = 1.0
    per_second: float = 0.0

    def changed(self, orders: dict[str, Any], modes: tuple[str, ...]) -> Behaviour:
        """Return what the orders make of it.

        Raises:
            ValueError: one of them is not understood.
        """
        known = {each.name for each in fields(self)}
        if unknown := sorted(set(orders) - known):
            raise ValueError(f"{unknown[0]} is not one of: {', '.join(sorted(known))}")
        _require(orders, "mode", modes)
        _require(orders, "receipt", RECEIPTS)
        numbers = {
            name: _number(name, orders[name]) for name in orders if name not in {"mode", "receipt"}
        }
        if "code" in numbers:
            numbers["code"] = HTTPStatus(int(numbers["code"])).value
        return replace(self, **{**orders, **numbers})

    def mode_now(self) -> str:
        """Return the mode for one request."""
        if self.share >= 1 or random.random() < self.share:  # noqa: S311 - nothing secret
            return self.mode
        return "ok"


async def act(behaviour: Behaviour, entry: Entry, take: Callable[[], None]) -> str:
    """Do with a message what the behaviour says, and note it.

    Args:
        behaviour: as it was when the request came.
        entry: of the request.
        take: keeps the message, which reaches its recipient.

    Returns:
        The mode of the answer, which must leave now: ``error``, ``garbage`` or another for success.

    Raises:
        ConnectionDropped: the connection is to be reset.
    """
    mode = behaviour.mode_now()
    await pause(behaviour.delay_ms)
    if mode not in {"error", "hang", "cut"}:
        take()
        entry.taken = True
        await pause(behaviour.answer_delay_ms)
    if mode.startswith("hang"):
        entry.end("hung")
        await asyncio.Event().wait()
    if mode.startswith("cut"):
        entry.end("cut")
        raise ConnectionDropped
    if mode == "error":
        entry.end("error", code=behaviour.code)
    else:
        entry.end("garbage" if mode == "garbage" else "ok")
    return mode


async def respond(behaviour: Behaviour, entry: Entry, take: Callable[[], Answer]) -> Answer:
    """Answer an HTTP request, or do not, as the behaviour says, and note it.

    Args:
        behaviour: as it was when the request came.
        entry: of the request.
        take: keeps the message and returns the answer of success.

    Raises:
        ConnectionDropped: the connection is to be reset.
    """
    taken: list[Answer] = []
    mode = await act(behaviour, entry, lambda: taken.append(take()))
    if mode == "error":
        return Answer.of_json(behaviour.code, {"error": "told to fail"})
    return Answer(200, GARBAGE) if mode == "garbage" else taken[0]


async def pause(milliseconds: float) -> None:
    """Wait, if that is to be waited."""
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


def _require(orders: dict[str, Any], name: str, known: tuple[str, ...]) -> None:
    if name in orders and orders[name] not in known:
        raise ValueError(f"{name} must be one of: {', '.join(known)}")


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number, not below 0")
    return float(value)
