import re

import pytest

from notifications.providers.base import ProviderError, RequestRefused, Throttled, Unavailable
from notifications.providers.over_http import hand_over, quoting, require_success, short
from notifications.providers.registry import PROVIDERS
from notifications.tests.providers.messages import SMS


def test_an_answer_is_returned_whatever_it_is(httpserver):
    httpserver.expect_request("/").respond_with_data("no", status=418)

    assert hand_over(httpserver.url_for("/"), data={"a": "b"}).status_code == 418


def test_no_error_holds_what_was_sent():
    with pytest.raises(Unavailable) as raised:
        hand_over("http://127.0.0.1:1/", data={"to": "447700900123"})

    assert str(raised.value) == "ConnectionError"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_passes(status):
    require_success(status)


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (RequestRefused, (400, 406, 410, 413, 422, 451)),
        (Unavailable, (301, 304, 401, 402, 403, 404, 405, 407, 408, 425, 500, 502, 503, 504)),
        (Throttled, (429,)),
    ],
    ids=["for-good", "for-now", "too-many"],
)
def test_anything_else_is_refused_for_good_or_for_now(kind, statuses):
    for status in statuses:
        with pytest.raises(ProviderError, match=str(status)) as raised:
            require_success(status)

        assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("code", "shown"), [(7, "7"), ("a\nb 1", "ab1"), ("é!", ""), ("123456789", "12345678")]
)
def test_codes_are_made_fit_for_a_log(code, shown):
    assert short(code) == shown


def test_an_error_quotes_the_beginning_of_its_answer_and_its_text_does_not(httpserver):
    body = "no: 447700900123 " + "x" * 5_000
    httpserver.expect_request("/").respond_with_data(body, status=503)
    response = hand_over(httpserver.url_for("/"), data={})

    with pytest.raises(Unavailable) as raised, quoting(response):
        require_success(response.status_code)

    assert raised.value.answer.startswith("503 no: 447700900123 xxx")
    assert len(raised.value.answer) == 4 + 2_000
    assert str(raised.value) == "503"


@pytest.mark.parametrize("name", ["mmg", "firetext", "twilio"])
def test_each_provider_of_texts_quotes_what_it_answered(name, httpserver):
    httpserver.expect_request(re.compile(".*")).respond_with_data("busy", status=503)
    options = dict.fromkeys(PROVIDERS[name].required_options, "x") | {"url": httpserver.url_for("")}

    with pytest.raises(Unavailable) as raised:
        PROVIDERS[name](options).send(SMS)

    assert raised.value.answer == "503 busy"
