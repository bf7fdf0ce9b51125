"""What exists on the platform under test: asked of it where that can be, by the lists it gives."""

import itertools
import json
import os
import random
import re
import urllib.error
import urllib.request
from uuid import UUID

WORLD = json.loads(os.environ["FUZZ_WORLD"])
BASE = os.environ["FUZZ_URL"]
# Things come and go meanwhile: a list is asked for again after so many uses.
USES = 20
# Ended for good, so never the service that all else is done to.
ENDED_BY = ("archive",)
TYPES = ("email", "sms", "letter")
# Of what only some of a list can be asked for: how a path ends, and which ones.
FITTING = {
    "/notifications/{id}/cancel": "letters_waiting",
    "/make-pages": "letters_waiting",
    "/send-again": "letters_failed",
    "/give-up": "letters_failed",
    "/cancel-letter-job": "letter_jobs",
}
_PARAMETER = re.compile(r"\{(\w+)\}")
_lists: dict[str, tuple[int, list[str]]] = {}
_random = random.Random(1)
_numbers = itertools.count(1)


def path_parameters(path: str) -> dict[str, str]:
    """Return the parameters of an operation's path with which it names things that exist."""
    found: dict[str, str] = {}
    last = path.rpartition("/")[2]
    for match in _PARAMETER.finditer(path):
        if match[1] == "notification_type":
            found[match[1]] = _random.choice(TYPES)
            continue
        if match[1] == "page":
            found[match[1]] = "1"
            continue
        collection = path[: match.start()].rstrip("/").format(**found)
        real = _service(path, last) if collection == "/service" else _one_of(collection)
        if real is None:
            return {}
        found[match[1]] = real
    for end, names in FITTING.items():
        if path.endswith(end):
            found["id"] = _random.choice(WORLD[names])
    return found


def rules_of(path: str, body: dict[str, object]) -> dict[str, object]:
    """Return what rules ask of a body, and no schema says; only of fields that it has."""
    wanted = {
        "/organisation/{id}": {"name": f"Organisation {next(_numbers)}"},
        "/service/{id}": {
            "name": f"Service {next(_numbers)}",
            "contact_link": "https://library.example/help",
            "custom_email_sender_name": "Library",
            "permissions": ["email", "sms"],
        },
        "/service/{service_id}/user": {"email_address": _random.choice(WORLD["newcomers"])},
        "/service/{service_id}/sms-sender": {"sms_sender": f"Name {next(_numbers) % 1000}"},
        "/service/{service_id}/email-reply-to": {
            "email_address": f"reply-{next(_numbers)}@example.org"
        },
        "/service/{service_id}/callback": {
            "url": "https://8.8.8.8/told",
            "bearer_token": "a token of some length",
        },
        "/service/{service_id}/guest-list": {
            "email_addresses": ["guest@example.org"],
            "phone_numbers": ["07900900123"],
        },
    }
    return {name: value for name, value in wanted.get(path, {}).items() if name in body}


def query_of(path: str, query: dict[str, object]) -> dict[str, object]:
    """Return what makes sense of a query."""
    if path.endswith("/diff"):
        return {"from": 1, "to": 1}
    if "reported_at" in query:
        return {"reported_at": "2026-03-02"}
    return {"year": 2026} if isinstance(query.get("year"), int) else {}


def whole_body(path: str) -> dict[str, object] | None:
    """Return a body of an operation whose rules nothing generated would meet; None of others."""
    reason = "asked by phone"
    recipients = {"recipients": ["nobody@example.org"], "reason": reason}
    number = f"07701{next(_numbers):06}"
    wanted: dict[str, dict[str, object]] = {
        "/letters/returned": {"references": [f"{next(_numbers):016}"]},
        "/person/find": recipients,
        "/find": {"term": "nobody@example.org", "reason": reason},
        "/person/erase": {**recipients, "case_reference": "DP-1"},
        "/inbound-number": {"numbers": [number], "provider": "mmg"},
        "/service/{service_id}/inbound-number": {},
        "/service/{service_id}/data-retention/{notification_type}": {"days_of_retention": 30},
        "/service/{service_id}/callback/{callback_id}/delivery/replay": {
            "state": "given-up",
            "reason": reason,
        },
        "/service/{service_id}/job": {"id": _random.choice(WORLD["uploads"])},
        "/service/{service_id}/billing/budgets": {"period": "month", "pounds": "12.50"},
        "/service/{service_id}/template-change": {
            "kind": "update",
            "template": WORLD["template"],
            "proposed": {"content": f"Hello ((name)) {number}"},
        },
        **{
            f"/service/{{service_id}}/notifications/{{id}}/{step}": {"reason": reason}
            for step in ("make-pages", "send-again", "give-up")
        },
        "/service/{service_id}/template-change/{id}": {"note": "because"},
        "/service/{service_id}/template-change/{id}/refuse": {"note": "because"},
        "/service/{service_id}/template-folder/move": {
            "into": None,
            "templates": [WORLD["template"]],
        },
        "/service/{service_id}/template/{id}/restore": {"version": 1},
    }
    return wanted.get(path)


def chance(share: float) -> bool:
    """Decide as a run with the same seed does."""
    return _random.random() < share


def _service(path: str, last: str) -> str:
    if path.count("{") == 1 and last in ENDED_BY:
        return _random.choice(WORLD["to_archive"])
    return str(WORLD["service"])


def _one_of(collection: str) -> str | None:
    """Return the id of one of the things that a list shows; None if it shows none."""
    uses, ids = _lists.get(collection, (USES, []))
    if uses >= USES or not ids:
        uses, ids = 0, _ask(collection)
    _lists[collection] = (uses + 1, ids)
    return _random.choice(ids) if ids else None


def _ask(collection: str) -> list[str]:
    request = urllib.request.Request(
        f"{BASE}{collection}?page_size=250", headers={"Authorization": f"Bearer {WORLD['token']}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            rows = json.load(answer)["data"]
    except urllib.error.HTTPError:
        return []  # there is no such list
    # Not the token with which all this is asked, nor whose it is.
    return [row["id"] for row in rows if row.get("name") != "fuzz" and is_uuid(row.get("id"))]


def is_uuid(value: object) -> bool:
    """Say whether a value is the text of an id."""
    try:
        return isinstance(value, str) and UUID(value) is not None
    except ValueError:
        return False
