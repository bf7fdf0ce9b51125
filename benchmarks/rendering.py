"""Measure rendering and recipients against the libraries they stand on; needs no server."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import phonenumbers
from markdown_it import MarkdownIt

from notify_project.recipients.email import parse_email
from notify_project.recipients.phone import InvalidPhone, parse_phone
from notify_project.recipients.postal import parse_address
from templates_app.rendering import letter_print
from templates_app.rendering.email import email_body, email_html_fragment, email_parts
from templates_app.rendering.letter import letter_html
from templates_app.rendering.letter_document import LetterParts, Marks, letter_document
from templates_app.rendering.placeholders import fill, parse
from templates_app.rendering.sms import sms_text

ROUNDS = 150
CALLS = 20
LETTERS = 20
# Two kilobytes with five placeholders.
EMAIL = parse((Path(__file__).parent / "email.md").read_text())
APPOINTMENT = "Hello ((name)), your appointment ((reference)) is on ((date)) at ((place))"
TEXTS = {
    "text": APPOINTMENT,
    "text to be downgraded": f"“{APPOINTMENT}” – please don’t be late… Žofie",
    "text in Welsh": f"{APPOINTMENT} – croeso i bawb, mae’r tŷ ar agor",
    # With the values in place and the name of the service in front.
    "text of 918 characters": f"{APPOINTMENT}. {'Bring your letter. ' * 43}"[:891],
}
PHONES = {
    "mobile": ("07900 900{:03}", "+44 7900 900{:03}", "447900900{:03}", "0044 7900 900{:03}"),
    "mobile, spelt oddly": ("+44 (0)7900 900{:03}", "07900-900-{:03}", "07900\u00a0900{:03}"),
    "landline": ("020 7946 0{:03}", "(0161) 496 0{:03}", "0330 100 1{:03}"),
    "crown dependency": ("07797 712{:03}", "+44 7797 712{:03}"),
    "international": ("+33 6 12 34 5{:03}", "+1 202 555 0{:03}", "+49 1512 3456{:03}"),
}
WITHOUT_PLUS = tuple(spelling.removeprefix("+") for spelling in PHONES["international"])
# One class: what people get wrong, and what is not in use.
INVALID_PHONES = (
    "07900 9{:03}", "{:03}", "07900 9002055{:03}", "+44 7900 9002055{:03}", "0790O 900{:03}",
    "0909 879 0{:03}", "06123 456{:03}", "+999 1234 {:03}", "+800 1234 5{:03}", "a@b{:03}.org",
)  # fmt: skip


def measure(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Measure emails, texts, phone numbers and addresses, each with its floor."""
    phones = _phones()
    texts = _texts()
    emails = _emails()
    html, parts, _, body = emails
    figures["email_html_share"] = html["share_of_floor"]
    figures["email_parts_share"] = parts["share_of_floor"]
    figures["email_body_us"] = body["us"]
    figures["text_us"] = max(row["us"] for row in texts)
    figures["phone_share"] = max(row["share_of_floor"] for row in phones)
    letters = _letters()
    figures["letter_ms"] = round(letters[0]["us"] / 1000)
    figures["letter_share"] = letters[0]["share_of_floor"]
    return [*emails, *texts, *phones, *_addresses(), *letters]


def fastest_us(*subjects: Callable[[int], object]) -> list[float]:
    """Return the least microseconds that a call of each subject takes, measured in turn.

    They are called with a number that grows, so that they can work on something new each time.
    """
    best = [float("inf")] * len(subjects)
    for number in range(0, ROUNDS * CALLS, CALLS):
        for index, subject in enumerate(subjects):
            started = time.process_time()
            for each in range(number, number + CALLS):
                subject(each)
            used = time.process_time() - started
            best[index] = min(best[index], used / CALLS * 1e6)
    return best


def _values(number: int) -> dict[str, object]:
    return {
        "name": f"Amala Bird {number:04}",
        "reference": f"A-{number:07}",
        "date": f"{number % 28 + 1:02} January 2027",
        "document": f"your passport {number:09}",
        "place": f"{number:04} High Street",
    }


def _row(what: str, us: float, floor_us: float | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "us": round(us, 1)}
    if floor_us is not None:
        row |= {"floor_us": round(floor_us, 1), "share_of_floor": round(us / floor_us, 2)}
    return row


def _emails() -> list[dict[str, Any]]:
    """Measure emails; the floor is markdown-it-py with all of CommonMark, on the filled text."""
    values = [_values(number) for number in range(ROUNDS * CALLS)]
    filled = [fill(EMAIL, each) for each in values]
    commonmark = MarkdownIt("commonmark")
    least = MarkdownIt("zero").enable(["link", "list", "newline"])
    floor, floor_of_least, html, parts, body = fastest_us(
        lambda number: commonmark.render(filled[number]),
        lambda number: least.render(filled[number]),
        lambda number: email_html_fragment(EMAIL, values[number]),
        lambda number: email_parts(EMAIL, values[number]),
        lambda number: email_body(EMAIL, values[number]),
    )
    return [
        _row("email, HTML", html, floor),
        _row("email, HTML and plain text", parts, floor),
        _row("email, HTML, floor with links and lists only", html, floor_of_least),
        _row("email, body of the API", body),
    ]


def _letters() -> list[dict[str, Any]]:
    """Measure a letter of one page, from its template to a checked file.

    The floor is WeasyPrint alone with the same document and fonts.
    """
    logo = (Path(__file__).parent / "letterhead.png").read_bytes()
    engine = letter_print._engine()  # noqa: SLF001 - the same fonts, loaded once

    def document(number: int) -> str:
        values = _values(number)
        parts = LetterParts(
            address_lines=(str(values["name"]), str(values["place"]), "SW1A 1AA"),
            contact_lines=("Parking", "1 High Street", "London"),
            date="5 January 2026",
            heading_html="Your appointment",
            body_html=letter_html(EMAIL, values),
        )
        return letter_document(parts, marks=Marks(), has_logo=True)

    def alone(html: str) -> None:
        engine.html(string=html, url_fetcher=engine.fetcher(logo)).render(
            font_config=engine.fonts, stylesheets=[engine.faces]
        ).write_pdf()

    best = [float("inf")] * 2
    for number in range(LETTERS):
        html = document(number)
        started = time.process_time()
        alone(html)
        between = time.process_time()
        letter_print.print_letter(document(number), logo=logo)
        used = (time.process_time() - between, between - started)
        best = [min(least, seconds * 1e6) for least, seconds in zip(best, used, strict=True)]
    return [_row("letter of one page", *best)]


def _texts() -> list[dict[str, Any]]:
    values = [_values(number) for number in range(ROUNDS * CALLS)]
    templates = [parse(content) for content in TEXTS.values()]
    subjects = [
        lambda number, template=template: sms_text(template, values[number], "Parking")
        for template in templates
    ]
    return [_row(what, us) for what, us in zip(TEXTS, fastest_us(*subjects), strict=True)]


def _phones() -> list[dict[str, Any]]:
    """Measure phone numbers; the floor is what phonenumbers takes to say the same.

    It has to be given the plus that the platform finds missing.
    """
    abroad = PHONES["international"]
    return [
        *(_phone(what, spellings, parse_phone) for what, spellings in PHONES.items()),
        _phone("international, no plus", WITHOUT_PLUS, parse_phone, for_library=abroad),
        _phone("invalid number", INVALID_PHONES, _refuse),
    ]


def _phone(
    what: str,
    spellings: tuple[str, ...],
    subject: Callable[[str], object],
    *,
    for_library: tuple[str, ...] = (),
) -> dict[str, Any]:
    texts, texts_for_library = (
        [each[number % len(each)].format(number % 1000) for number in range(ROUNDS * CALLS)]
        for each in (spellings, for_library or spellings)
    )
    ours, floor = fastest_us(
        lambda number: subject(texts[number]),
        lambda number: _ask_library(texts_for_library[number]),
    )
    return _row(what, ours, floor)


def _refuse(text: str) -> None:
    try:
        parse_phone(text)
    except InvalidPhone:
        return
    raise SystemExit(f"{text} was not refused")


def _ask_library(text: str) -> None:
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return
    phonenumbers.is_valid_number(number)
    phonenumbers.number_type(number)
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _addresses() -> list[dict[str, Any]]:
    email, postal, foreign = fastest_us(
        lambda number: parse_email(f"amala.bird+{number}@parking.example.org"),
        lambda number: parse_address(
            f"Amala Bird\n{number} High Street\nBath\nBA1 {number % 10}AA"
        ),
        lambda number: parse_address(f"Amala Bird\n{number} Rue Haute\n75001 Paris\nFrance"),
    )
    return [
        _row("email address", email),
        _row("postal address", postal),
        _row("postal address, foreign", foreign),
    ]
