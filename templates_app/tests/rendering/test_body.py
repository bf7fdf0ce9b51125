import pytest

from templates_app.rendering.email import email_body
from templates_app.rendering.letter import letter_body
from templates_app.rendering.placeholders import parse
from templates_app.rendering.sms import sms_body
from templates_app.tests.rendering.tables import cases

BODY = {"email": email_body, "sms": sms_body, "letter": letter_body}


@pytest.mark.parametrize("row", cases("body"))
def test_the_body_of_the_api_is_filled_and_neither_rendered_nor_escaped(row):
    assert BODY[row["type"]](parse(row["content"]), row["values"]) == row["body"]
