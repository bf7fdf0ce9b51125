import pytest

from notifications.providers.base import RequestRefused
from notifications.providers.mime import django_message, headers_of, quoted, safe
from notifications.tests.providers.messages import EMAIL, email


def test_a_message_of_django_holds_everything():
    mail = django_message(safe(EMAIL))

    assert (mail.subject, mail.body, mail.to) == (EMAIL.subject, EMAIL.plain, [EMAIL.to])
    assert mail.from_email == '"The Team" <the.team@notify.test>'
    assert mail.extra_headers == {"Message-ID": f"<{EMAIL.message_id}>"}
    assert [tuple(part) for part in mail.alternatives] == [(EMAIL.html, "text/html")]


def test_a_link_to_unsubscribe_becomes_two_headers():
    headers = headers_of(safe(email(unsubscribe_url="https://example.com/u?a=ü")))

    assert headers["List-Unsubscribe"] == "<https://example.com/u?a=%C3%BC>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_line_breaks_in_values_become_spaces():
    mail = safe(email(subject="one\r\ntwo", from_name="a\nb"))

    assert (mail.subject, mail.from_name) == ("one two", "a b")


def test_hosts_are_written_in_ascii():
    assert safe(email(to="jo@bücher.example")).to == "jo@xn--bcher-kva.example"


@pytest.mark.parametrize("to", ["jo", "jo@a b", "a@b,c@d", "jö@example.com"])
def test_what_is_not_one_address_is_refused(to):
    with pytest.raises(RequestRefused):
        safe(email(to=to))


def test_names_are_quoted():
    assert quoted('a "b" \\') == '"a \\"b\\" \\\\"'
