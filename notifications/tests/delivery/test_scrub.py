"""Answers of providers are kept without what is the recipient's."""

import base64
import json
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery.scrub import HIDDEN, Secrets, scrub, secrets_of
from notifications.providers.base import SmsMessage
from notifications.tests.providers.messages import EMAIL

BODY = "Library: Dear Zoë Quill, your code is 480213. Come to Elm House before Friday."
VALUES = {"name": "Zoë Quill", "code": 480213, "places": ["Elm House", "b4"]}
MESSAGE = SmsMessage("1", "447700900123", BODY, "LIBRARY", international=False)
PERSONAL = ["7700900123", "07700 900 123", "Zoë", "Quill", "480213", "Elm", "b4"]


def scrubbed(answer, *, limit=500):
    return scrub(answer, secrets_of(MESSAGE, VALUES, ["key-of-account"]), limit=limit)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ('400 {"error": "bad number", "to": "447700900123"}', f'"to": "{HIDDEN}"'),
        ("550 5.1.1 <jo@example.com>: user unknown", "550 5.1.1"),
        ("503 Service Unavailable, try again in 30 s", "503 Service Unavailable, try again in 30"),
        ('{"code": 21211, "uuid": "0b1dd9d8-2f5c-4d3f-9f4a-3b1d51b2a001"}', "21211"),
        ("500 upstream 7f3a timed out", "500 upstream 7f3a timed out"),
    ],
)
def test_what_the_provider_says_of_itself_stays(answer, kept):
    assert kept in scrubbed(answer)


def echoes():
    plain = f"cannot send '{BODY}' to +44 7700 900123 (07700-900-123) for zoë quill, B4"
    return {
        "plain": plain,
        "json": json.dumps({"error": plain}),
        "json in json": json.dumps({"error": json.dumps({"inner": plain})}),
        "form": f"error={quote_plus(plain)}",
        "html": plain.replace("ë", "&euml;").replace("'", "&#39;"),
        "upper case": plain.upper(),
        "line by line": plain.replace(" ", "\n"),
        "base64": f"error {base64.b64encode(plain.encode()).decode()}",
        "a piece": "invalid: ' is 480213. Come to Elm'",
        "cut off": "no such person: Zoë Quil",
    }


@pytest.mark.parametrize("way", echoes())
def test_nothing_of_the_recipient_the_values_or_the_content_stays_however_it_is_quoted(way):
    said = scrubbed(echoes()[way]).casefold()

    for secret in [*PERSONAL, "900123", "Quil", "before Friday", base64.b64encode(b"Zo").decode()]:
        assert secret.casefold() not in said.replace("base64", "")
    assert HIDDEN in said


def test_keys_of_the_account_and_addresses_of_others_are_taken_out():
    said = scrubbed("401 wrong key key-of-account, ask help@provider.example or 0800 123 4567")

    assert said == f"401 wrong key {HIDDEN}, ask {HIDDEN} or {HIDDEN}"


def test_it_is_one_short_line_without_what_a_database_refuses():
    said = scrubbed("500 \x00\x1b[31m" + "word \ud800\n" * 400, limit=50)

    assert len(said) == 50
    assert said.isprintable()
    said.encode()


def test_a_long_email_costs_little_and_what_is_quoted_of_it_goes():
    plain = "Dear Zoë Quill, " + "come to Elm House soon. " * 4_000
    email = replace(EMAIL, to="zoe@example.org", plain=plain, html=f"<p>{plain}</p>")
    secrets = secrets_of(email, {"name": "Zoë Quill", "file": "x" * 2_000_000}, [])

    said = scrub("554 spam: Dear Zoë Quill, come to Elm House", secrets, limit=500)

    assert said.startswith("554 spam: ")
    assert not {"Dear", "Zoë", "Quill", "come", "Elm", "House"} & set(said.replace(",", "").split())


@given(
    answer=st.text(max_size=300),
    value=st.text(st.characters(whitelist_categories=["L", "N"]), min_size=3, max_size=12),
)
def test_a_value_is_found_in_any_answer(answer, value):
    secrets = secrets_of(None, {"v": value}, [])

    assert value not in scrub(f"{answer} {value} {answer}", secrets, limit=2000).replace(HIDDEN, "")


@given(st.text(max_size=300))
def test_any_answer_can_be_kept(answer):
    scrub(answer, Secrets((), frozenset(), frozenset(), frozenset()), limit=100).encode()
