"""What docs/templates.md shows is true."""

import re
from pathlib import Path

import pytest

from templates_app.rendering.email import email_html_fragment
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import sms_body, sms_text
from templates_app.tests.rendering.test_email import bare

GUIDE = (Path(__file__).parents[3] / "docs/templates.md").read_text(encoding="utf-8")


def table(*columns):
    """Return the rows of the table with these columns, cut into cells."""
    head = f"| {' | '.join(columns)} |\n"
    body = GUIDE.partition(head)[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body]


def code(cell):
    return cell.removeprefix("`").removesuffix("`")


@pytest.mark.parametrize("row", table("in the template", "value", "what is read"), ids=str)
def test_placeholders(row):
    source, given, read = row
    name, *values = re.findall("`([^`]*)`", given)

    assert sms_body(parse(code(source)), {name: values if values[1:] else values[0]}) == code(read)


@pytest.mark.parametrize("row", table("in the template", "HTML"), ids=str)
def test_emails(row):
    source, html = map(code, row)

    assert bare(email_html_fragment(parse(source), {})) == html


@pytest.mark.parametrize("row", table("in the template", "what is sent", "encoding"), ids=str)
def test_texts(row):
    source, sent, encoding = row
    rendered = sms_text(parse(code(source)), {})

    assert (rendered.text, rendered.encoding) == (code(sent), encoding)


def test_the_tables_are_found():
    sizes = [
        len(table("in the template", "value", "what is read")),
        len(table("in the template", "HTML")),
        len(table("in the template", "what is sent", "encoding")),
    ]

    assert sizes == [4, 10, 4]
