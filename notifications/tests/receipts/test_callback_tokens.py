from uuid import uuid4

import pytest
from django.core import signing

from notifications.receipts.callback_tokens import PrintJob, job_in, token_for


def test_a_token_tells_the_letter_it_was_made_for():
    letter = uuid4()

    token = token_for(letter)

    assert job_in(token) == PrintJob(letter, letter)


@pytest.mark.parametrize("token", ["", "x", "a:b", "dc02c6ff-95ad-40f9-b621-b2aedaeb2934"])
def test_a_token_that_we_did_not_make_tells_nothing(token):
    assert job_in(token) is None


def test_a_token_whose_end_was_changed_tells_nothing():
    token = token_for(uuid4())

    assert job_in(token[:-1] + ("a" if token[-1] != "a" else "b")) is None


def test_what_was_signed_for_another_purpose_tells_nothing():
    assert job_in(signing.dumps(str(uuid4()), salt="something else")) is None
    assert job_in(signing.dumps(["no id"], salt="letter callback")) is None
