"""Pages that show the mails and texts that the stand-ins received.

Nothing of a message becomes markup: text is escaped, and a mail's HTML is shown in a sandbox.
"""

from __future__ import annotations

from html import escape
from typing import Any

from deploy.stub_http import Answer

SHOWN = 100
STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #bbb; border-radius: 4px; padding: .5rem 1rem; margin: .5rem 0; }
small { color: #555; } pre { white-space: pre-wrap; font: inherit; margin: 0; }
iframe { width: 100%; height: 40rem; border: 1px solid #bbb; }
"""
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def overview(texts: list[dict[str, Any]], mails: list[dict[str, Any]]) -> Answer:
    """Return the page of everything received lately, which reloads itself."""
    shown_texts = "".join(map(_text, reversed(texts))) or "<p>None yet.</p>"
    shown_mails = "".join(map(_mail, reversed(mails))) or "<p>None yet.</p>"
    return _page(
        "Received mails and texts",
        f"<p>The last {SHOWN} of each, newest first. Reloads every 5 seconds.</p>"
        f"<h2>Texts</h2>{shown_texts}<h2>Mails</h2>{shown_mails}",
        refresh='<meta http-equiv="refresh" content="5">',
    )


def mail_page(number: int, mail: dict[str, Any]) -> Answer:
    """Return the page of one mail, its HTML in a sandbox."""
    headers = "".join(
        f"<div><small>{escape(name)}:</small> {escape(value)}</div>"
        for name, value in mail["headers"].items()
    )
    return _page(
        mail["subject"],
        f'<p><a href="/">All mails and texts</a></p><article>{headers}</article>'
        f"<h2>Plain text</h2><article><pre>{escape(mail['text'])}</pre></article>"
        f'<h2>HTML</h2><iframe sandbox="" src="/mails/{number}.html" title="HTML"></iframe>',
    )


def mail_html(mail: dict[str, Any]) -> Answer:
    """Return a mail's HTML, unable to run, load or send anything."""
    return _html(mail["html"], MAIL_POLICY)


def _text(text: dict[str, Any]) -> str:
    return (
        f"<article><small>{escape(text['at'])} from {escape(text['sender'])} "
        f"to {escape(text['MSISDN'])}</small><pre>{escape(text['msg'])}</pre></article>"
    )


def _mail(mail: dict[str, Any]) -> str:
    return (
        f"<article><small>{escape(mail['at'])} from {escape(mail['from'])} "
        f"to {escape(mail['to'])}</small><br>"
        f'<a href="/mails/{mail["number"]}">{escape(mail["subject"]) or "(no subject)"}</a>'
        "</article>"
    )


def _page(title: str, content: str, *, refresh: str = "") -> Answer:
    return _html(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{content}</body></html>",
        PAGE_POLICY,
    )


def _html(content: str, policy: str) -> Answer:
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
    return Answer(200, content.encode(), "text/html; charset=utf-8", headers)
