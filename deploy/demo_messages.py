"""Send messages with the official client and follow them until they are delivered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from deploy.progress import LaunchFailed, tail_of_file

DEADLINE_SECONDS = 60.0
POLL_SECONDS = 0.1
ADDRESS = {
    "address_line_1": "Ada Reader",
    "address_line_2": "1 High Street",
    "address_line_3": "SW1A 1AA",
}
# The client logs each answer that is no success, also those that mean: ask again.
logging.getLogger("notifications_python_client").setLevel(logging.ERROR)
ENDED_BADLY = {"permanent-failure", "temporary-failure", "technical-failure"}


@dataclass
class Sent:
    """A message on its way."""

    label: str
    pool: str
    id: str
    status: str = ""


def send_and_follow(*, api_key: str, api_url: str, templates: dict[str, Any], logs: Path) -> None:
    """Send an email, a text and a priority text and wait until all are delivered.

    Raises:
        LaunchFailed: one was refused, failed or did not arrive in time.
    """
    client: Any = NotificationsAPIClient(api_key, base_url=api_url)  # type: ignore[no-untyped-call]  # the client has no types
    began = time.monotonic()
    try:
        sent = _send(client, {name: template["id"] for name, template in templates.items()})
        while waiting := [message for message in sent if message.status != "delivered"]:
            for message in waiting:
                _look(client, message, began)
            if any(message.status in ENDED_BADLY for message in waiting):
                raise LaunchFailed(_explain(waiting, logs))
            if time.monotonic() - began > DEADLINE_SECONDS:
                raise LaunchFailed(_explain(waiting, logs))
            time.sleep(POLL_SECONDS)
    except HTTPError as error:
        log = tail_of_file(logs / "web.log")
        raise LaunchFailed(f"The API refused: {error}\nThe end of web.log:\n{log}") from error


def _send(client: Any, template: dict[str, str]) -> list[Sent]:
    book = {"name": "Ada", "title": "Middlemarch"}
    orders: list[tuple[str, str, Callable[[], dict[str, Any]]]] = [
        (
            "email",
            "normal",
            lambda: client.send_email_notification(
                "ada@reader.example", template["Book ready"], personalisation=book
            ),
        ),
        (
            "text",
            "normal",
            lambda: client.send_sms_notification(
                "07700900123", template["Book due"], personalisation=book
            ),
        ),
        (
            "priority text",
            "priority",
            lambda: client.send_sms_notification(
                "07700900124", template["Sign-in code"], personalisation={"code": "24680"}
            ),
        ),
    ]
    return [Sent(label, pool, order()["id"]) for label, pool, order in orders]


def _look(client: Any, message: Sent, began: float) -> None:
    status = client.get_notification_by_id(message.id)["status"]
    if status != message.status:
        message.status = status
        print(f"  {time.monotonic() - began:5.1f} s  {message.label:<14} {status}", flush=True)


def send_letter(*, api_key: str, api_url: str, template_id: str, path: Path, logs: Path) -> None:
    """Send a letter, wait for its pages, and keep them in a file.

    Raises:
        LaunchFailed: it was refused, or there were no pages in time.
    """
    client: Any = NotificationsAPIClient(api_key, base_url=api_url)  # type: ignore[no-untyped-call]  # the client has no types
    began = time.monotonic()
    try:
        letter_id = client.send_letter_notification(
            template_id, personalisation={"name": "Ada", **ADDRESS}
        )["id"]
        while (pdf := _pages(client, letter_id)) is None:
            if time.monotonic() - began > DEADLINE_SECONDS:
                log = tail_of_file(logs / "worker-letters.log")
                raise LaunchFailed(
                    f"The letter has no pages.\nThe end of worker-letters.log:\n{log}"
                )
            time.sleep(POLL_SECONDS)
    except HTTPError as error:
        log = tail_of_file(logs / "web.log")
        raise LaunchFailed(f"The API refused: {error}\nThe end of web.log:\n{log}") from error
    path.write_bytes(pdf)
    print(f"  {time.monotonic() - began:5.1f} s  {'letter':<14} {path}", flush=True)


def _pages(client: Any, letter_id: str) -> bytes | None:
    try:
        return bytes(client.get_pdf_for_letter(letter_id).getvalue())
    except HTTPError as error:
        if "PDFNotReadyError" in str(error.message):
            return None
        raise


def _explain(waiting: list[Sent], logs: Path) -> str:
    states = ", ".join(f"the {message.label} is {message.status}" for message in waiting)
    pools = sorted({message.pool for message in waiting})
    tails = [
        f"The end of {name}.log:\n{tail_of_file(logs / f'{name}.log')}"
        for name in (*(f"worker-{pool}" for pool in pools), "stubs")
    ]
    return "\n".join([f"Not everything was delivered: {states}.", *tails])
