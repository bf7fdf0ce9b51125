from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from freezegun import freeze_time

from notifications.unsubscribe.links import InvalidLink, Link, page_url, read_link, unsubscribe_url
from notify_project import clock
from notify_project.encryption import encrypt
from templates_app.rendering.email import email_parts
from templates_app.rendering.placeholders import parse

ID = UUID("3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d")
ADDRESS = "jo@example.com"


def token_of(url):
    return url.rpartition(f"/unsubscribe/{ID}/")[2].removesuffix("/confirm")


@pytest.mark.parametrize("address", [ADDRESS, "a b@example.com", "jö@exämple.com", "x" * 320])
@pytest.mark.parametrize("make", [unsubscribe_url, page_url])
def test_a_link_says_which_email_and_which_address(make, address):
    assert read_link(ID, token_of(make(ID, address))) == Link(ID, address)


def test_mail_programs_are_sent_to_the_api_and_people_to_the_page():
    one_click, page = unsubscribe_url(ID, ADDRESS), page_url(ID, ADDRESS)

    assert one_click.startswith(f"http://testserver/unsubscribe/{ID}/")
    assert page.startswith(f"http://admin.testserver/unsubscribe/{ID}/")
    assert page.endswith("/confirm")


def test_the_address_cannot_be_read_in_a_link():
    assert "example" not in unsubscribe_url(ID, ADDRESS)


def test_a_link_holds_only_what_no_mail_program_breaks():
    for length in range(40):
        token = token_of(unsubscribe_url(ID, "x" * length + "@example.com"))

        assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "token", ["bad", "", "é", "=", "A" * 200, encrypt(f"{uuid4()} {ADDRESS}"), encrypt(str(ID))]
)
def test_any_other_token_is_refused(token):
    with pytest.raises(InvalidLink, match="This is not a valid unsubscribe link"):
        read_link(ID, token)


def test_a_token_is_good_for_its_own_email_only():
    token = token_of(unsubscribe_url(ID, ADDRESS))

    with pytest.raises(InvalidLink):
        read_link(uuid4(), token)


def test_a_token_that_was_altered_is_refused():
    token = token_of(unsubscribe_url(ID, ADDRESS))
    altered = token[:60] + ("A" if token[60] != "A" else "B") + token[61:]

    with pytest.raises(InvalidLink):
        read_link(ID, altered)


@pytest.mark.parametrize(("days", "works"), [(364, True), (366, False)])
def test_a_link_works_for_a_year(days, works):
    with freeze_time(clock.now() - timedelta(days=days)):
        token = token_of(unsubscribe_url(ID, ADDRESS))

    if works:
        assert read_link(ID, token).address == ADDRESS
    else:
        with pytest.raises(InvalidLink):
            read_link(ID, token)


def test_a_link_stays_whole_in_the_body_of_an_email():
    # Tokens are random: some hold dashes and underscores, which Markdown and typography change.
    for _ in range(200):
        url = page_url(ID, ADDRESS)
        parts = email_parts(parse("Hello"), {}, unsubscribe_url=url)

        assert f'href="{url}"' in parts.html_fragment
        assert parts.plain_text.endswith(f"Unsubscribe from these emails: {url}\n")
