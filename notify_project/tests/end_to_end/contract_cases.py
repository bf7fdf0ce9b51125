"""The contract's cases as data: one JSON file a section, in the order of the contract.

A case says what is asked and what must be answered. Asked is either ``send`` (``sms``, ``email``,
``letter`` or ``pdf``: that type's base body, with ``changes`` and ``without``) or ``request`` (a
method and a path, with ``body`` or ``raw``), by ``key``; or a ``scenario``, which is a function of
``contract_scenarios``. Answered are ``status``, and of the body ``errors`` (complete), ``expect``,
``matches``, ``present``, ``absent``, ``only``, ``exactly`` or ``items``.

Capital names stand for ids of the world. An object whose only key begins with ``$`` is computed.
"""

import base64
import json
import time
from datetime import timedelta
from pathlib import Path

from notifications.tests.world import BASE, put_names
from notify_project import clock

DIRECTORY = Path(__file__).parent / "contract"
# In this order: what the sections change does not disturb those that follow.
SECTIONS = {
    "authentication": 30,
    "routing": 20,
    "sms": 67,
    "email": 31,
    "files": 15,
    "letters": 46,
    "recipients": 22,
    "limits": 18,
    "reading": 26,
    "listing": 24,
    "templates": 28,
    "received_texts": 7,
    "others": 15,
}
BASES = {**BASE, "pdf": {"reference": "r1", "content": "JVBERi0xLjQ="}}
PATHS = {"pdf": "letter"}


def read_section(name: str) -> list[dict]:
    """Return the cases of a section."""
    return json.loads((DIRECTORY / f"{name}.json").read_text())


def compute(value, ids):
    """Put ids in the place of names, and what they amount to in the place of computed values."""
    if isinstance(value, dict) and len(value) == 1:
        [(name, argument)] = value.items()
        if name.startswith("$"):
            return COMPUTED[name](compute(argument, ids))
    if isinstance(value, dict):
        return {name: compute(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [compute(item, ids) for item in value]
    return put_names(value, ids)


def _time_from_now(hours):
    return (clock.now() + timedelta(hours=hours)).isoformat(timespec="seconds")


COMPUTED = {
    "$base64": lambda text: base64.b64encode(text.encode()).decode(),
    "$concat": "".join,
    "$hours_from_now": _time_from_now,
    "$repeat": lambda pair: pair[0] * pair[1],
    # A whole number of seconds, as an integer or a float, like the difference itself.
    "$seconds_from_now": lambda seconds: type(seconds)(int(time.time()) + seconds),
    "$upper": str.upper,
    "$without_hyphens": lambda text: text.replace("-", ""),
}


def value_at(body, path):
    """Return what a body holds at a path of names and numbers that dots part."""
    for name in path.split("."):
        body = body[int(name)] if isinstance(body, list) else body[name]
    return body


def holds(body, path):
    """Say whether a body holds anything at a path."""
    try:
        value_at(body, path)
    except (KeyError, IndexError):
        return False
    return True
