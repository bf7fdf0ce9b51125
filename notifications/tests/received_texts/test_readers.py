import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from notifications.received_texts import firetext, mmg
from notifications.received_texts.posted import MalformedText, instant, national

MMG = {
    "MSISDN": "447700900123",
    "Number": "447700900456",
    "Message": "Yes%2C+%C2%A35+%2B+%F0%9F%91%8D",
    "ID": "SMS-17",
    "DateRecieved": "2026-07-01+11%3A56%3A11",
}
FIRETEXT = {
    "source": "447700900123",
    "destination": "07700900456",
    "message": "Yes, £5 + 👍",
    "time": "2026-07-01 11:56:11",
}
IN_SUMMER = datetime(2026, 7, 1, 10, 56, 11, tzinfo=UTC)


def read_mmg(**changes):
    fields = {**MMG, **changes}
    return mmg.read(json.dumps({k: v for k, v in fields.items() if v is not ...}).encode())


def read_firetext(**changes):
    fields = {**FIRETEXT, **changes}
    return firetext.read(urlencode({k: v for k, v in fields.items() if v is not ...}).encode())


@pytest.mark.parametrize(
    ("read", "reference"), [(read_mmg, "SMS-17"), (read_firetext, None)], ids=["mmg", "firetext"]
)
def test_a_text_is_read_whole(read, reference):
    text = read()

    assert text.user_number == "447700900123"
    assert text.notify_number == "07700900456"
    assert text.content == "Yes, £5 + 👍"
    assert text.reference == reference
    assert text.sent_at == IN_SUMMER


def test_what_a_text_says_is_not_shown_by_accident():
    assert "447700900123" not in repr(read_mmg())
    assert "Yes" not in repr(read_firetext())


@pytest.mark.parametrize(
    ("read", "missing"),
    [
        (lambda: read_mmg(MSISDN=...), ["MSISDN"]),
        (lambda: read_mmg(Number=" "), ["Number"]),
        (lambda: read_mmg(Message=...), ["Message"]),
        (lambda: read_mmg(MSISDN=None, Number=[1], Message=True), ["MSISDN", "Number", "Message"]),
        (lambda: read_firetext(source=...), ["source"]),
        (lambda: read_firetext(destination=""), ["destination"]),
        (lambda: firetext.read(b""), ["source", "destination", "message"]),
        (lambda: firetext.read(b"\xff=\xff"), ["source", "destination", "message"]),
    ],
    ids=[
        "mmg sender",
        "mmg number",
        "mmg message",
        "mmg wrong types",
        "firetext sender",
        "firetext number",
        "firetext empty",
        "firetext bytes",
    ],
)
def test_everything_that_is_missing_is_said(read, missing):
    with pytest.raises(MalformedText) as raised:
        read()

    assert [problem.split()[-2] for problem in raised.value.problems] == missing


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: mmg.read(b"{"), "not JSON"),
        (lambda: mmg.read(b"\xff"), "not JSON"),
        (lambda: mmg.read(b"[]"), "not a JSON object"),
        (lambda: read_mmg(ID="x" * 256), "ID is not a name"),
        (lambda: read_mmg(ID="a\0b"), "ID is not a name"),
        (lambda: firetext.read(b"a=1&" * 200), "too many fields"),
    ],
    ids=["half", "bytes", "list", "long id", "null in id", "many fields"],
)
def test_what_is_no_text_is_refused(read, words):
    with pytest.raises(MalformedText, match=words):
        read()


@pytest.mark.parametrize("read", [lambda: read_mmg(Message=""), lambda: read_firetext(message="")])
def test_an_empty_text_is_a_text(read):
    assert read().content == ""


def test_numbers_may_come_as_json_numbers():
    text = read_mmg(MSISDN=447700900123, Number=447700900456, ID=17)

    assert (text.user_number, text.notify_number) == ("447700900123", "07700900456")
    assert text.reference == "17"


@pytest.mark.parametrize("empty", ["", " ", None, ...], ids=["empty", "blank", "null", "absent"])
def test_without_an_id_there_is_no_reference(empty):
    assert read_mmg(ID=empty).reference is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("447700900456", "07700900456"),
        ("+447700900456", "07700900456"),
        ("07700900456", "07700900456"),
        (" 60006 ", "60006"),
    ],
)
def test_our_number_is_written_as_in_the_country(text, expected):
    assert national(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01 11:56:11", datetime(2026, 1, 1, 11, 56, 11, tzinfo=UTC)),
        ("2026-07-01T11:56:11Z", datetime(2026, 7, 1, 11, 56, 11, tzinfo=UTC)),
        ("2026-07-01 11:56:11+02:00", datetime(2026, 7, 1, 9, 56, 11, tzinfo=UTC)),
        ("9999-12-31T23:59:59-23:59", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_londons_unless_they_say_otherwise(text, expected):
    assert instant(text) == expected
