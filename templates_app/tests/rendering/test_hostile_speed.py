"""Values that are made to be slow take time in proportion to their length."""

import gc
import time

import pytest

from templates_app.rendering.email import email_parts, email_subject
from templates_app.rendering.letter import overlong_qr_code
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sanitise import sanitise
from templates_app.rendering.sms import sms_text

LENGTH = 25_000
# Four times the length may take four times as long, and more for a noisy machine and memory; what
# looks back at all that came before takes sixteen times as long.
MOST = 10
# Below this the clock and the machine decide.
NOISE_SECONDS = 0.05
TRIES = 3

TEMPLATE = parse("Dear ((v)), welcome")
QR_CODE = parse("qr: x\n\n((v))")
SUBJECTS = {
    "email": lambda value: email_parts(TEMPLATE, {"v": value}),
    "subject": lambda value: email_subject(TEMPLATE, {"v": value}),
    "text": lambda value: sms_text(TEMPLATE, {"v": value}, "Service"),
    "sanitised": sanitise,
    "QR code": lambda value: overlong_qr_code(QR_CODE, {"v": value}),
}
UNITS = {
    "letters": "a",
    "words": "word ",
    "lines": "word\n",
    "paragraphs": "word\n\n",
    "spaces": " ",
    "tabs": "\t",
    "opening brackets": "[",
    "opening parentheses": "(",
    "placeholders": "((a",
    "labels": "[]",
    "links without end": "[a](",
    "targets without end": "[a](b ",
    "titles without end": '[a](b "',
    "images": "![a](b)\n\n",
    "asterisks": "*",
    "hyphens": "-",
    "almost rules": "- - * ",
    "insets": "^ ",
    "insets in lists": "* ^ ",
    "bullets": "* a\n",
    "empty bullets": "*\n",
    "numbers": "1. a\n",
    "bullets and numbers": "* a\n1. b\n",
    "nested bullets": "".join(f"{' ' * depth}* a\n" for depth in range(12)),
    "bullets in bullets": "* - * - * a\n",
    "headings": "# a\n",
    "underlines": "a\n=\n",
    "double quotes": '"',
    "single quotes": "'",
    "quotes": "' \"",
    "at signs": "@",
    "addresses without end": "a@",
    "hosts without end": "a.",
    "hyphenated hosts": "aa-.",
    "bare links": "https://",
    "schemes": "://",
    "links of dots": "https://....",
    "numeric references": "&#",
    "named references": "&amp",
    "references": "&lt;",
    "backslashes": "\\",
    "escapes": "\\*",
    "escaped line breaks": "\\\n",
    "spaces and commas": " ,",
    "dashes": " - ",
    "dashes and line breaks": " -\n",
    "names like hosts": "GOV.UK ",
    "zero widths": "\u200b",
    "emoji": "\U0001f600",
    "curly quotes": "’ @",
}


@pytest.fixture(autouse=True)
def _no_collection():
    """Keep the collector from looking through all that the test run has loaded."""
    gc.disable()
    yield
    gc.enable()


def seconds(subject, value):
    """Return the processor time of a call."""
    started = time.process_time()
    subject(value)
    return time.process_time() - started


def is_in_proportion(subject, value, longer):
    return seconds(subject, longer) < max(seconds(subject, value) * MOST, NOISE_SECONDS)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_time_grows_with_the_length_and_no_faster(subject, unit):
    value = unit * (LENGTH // len(unit))

    assert any(is_in_proportion(subject, value, value * 4) for _ in range(TRIES))


def test_deep_lists_take_time_in_proportion_to_their_length():
    # Indentation grows with depth, so that the text grows with the square of it.
    value, longer = ("\n".join(f"{' ' * depth}* a" for depth in range(top)) for top in (400, 800))

    assert any(is_in_proportion(SUBJECTS["email"], value, longer) for _ in range(TRIES))
