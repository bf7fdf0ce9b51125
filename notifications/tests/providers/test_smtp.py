import asyncio
import email
import email.policy
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.header import decode_header, make_header
from email.utils import parseaddr
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.core import mail as django_mail
from hypothesis import HealthCheck, given, settings, strategies

from notifications.providers.base import (
    OutcomeUnknown,
    RecipientRefused,
    RequestRefused,
    Unavailable,
)
from notifications.providers.smtp import Smtp
from notifications.tests.providers.messages import EMAIL
from notifications.tests.providers.messages import email as an_email
from notifications.unsubscribe.links import unsubscribe_url
from templates_app.tests.rendering.hostile import HOSTILE


class Server:
    """Answers what the test asks for, and keeps what it was given."""

    def __init__(self):
        self.envelopes = []
        self.connections = 0
        self.answers = {}
        self.hang_up_at = {}
        self.pause_seconds = 0
        self.sessions = []

    def _answer(self, server, command, default):
        if command in self.hang_up_at:
            server.transport.abort()
        return self.answers.get(command, default)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        self.sessions.append(server)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self._answer(server, "RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(self.pause_seconds)
        answer = self._answer(server, "DATA", "250 OK")
        if answer == "250 OK":
            self.envelopes.append(envelope)
        return answer

    def message(self):
        [envelope] = self.envelopes
        return email.message_from_bytes(envelope.content, policy=email.policy.default)


class NoEightBit(SMTP):
    async def smtp_EHLO(self, hostname):  # noqa: N802
        assert self.session
        self.session.host_name = hostname
        self.session.extended_smtp = True
        await self.push("250 plain.test")


class PlainController(Controller):
    def factory(self):
        return NoEightBit(self.handler)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def controller(server, settings, request):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    kind = getattr(request, "param", Controller)
    controller = kind(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield controller
    controller.stop()


@pytest.fixture
def smtp(controller):
    provider = Smtp({})
    yield provider
    provider.close()


def at_port(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    return Smtp({})


def body(part):
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def test_sends_a_message_in_plain_text_and_html(smtp, server):
    reference = smtp.send(EMAIL)

    message = server.message()
    assert reference == EMAIL.message_id
    assert message["From"] == "The Team <the.team@notify.test>"
    assert message["To"] == "jo@example.com"
    assert message["Subject"] == "Your appointment"
    assert message["Message-ID"] == f"<{EMAIL.message_id}>"
    assert message["Date"].datetime.tzinfo is not None
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert body(message.get_body(["plain"])) == EMAIL.plain
    assert body(message.get_body(["html"])) == EMAIL.html
    assert "Reply-To" not in message
    assert "List-Unsubscribe" not in message


def test_bounces_go_to_the_senders_address(smtp, server):
    smtp.send(EMAIL)

    [envelope] = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("the.team@notify.test", ["jo@example.com"])
    assert envelope.mail_options == ["BODY=8BITMIME"]


def test_offers_one_click_unsubscription(smtp, server):
    smtp.send(an_email(unsubscribe_url="https://example.com/u?a=1,2;b=ü"))

    assert server.message()["List-Unsubscribe"] == "<https://example.com/u?a=1,2;b=%C3%BC>"
    assert server.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_longest_link_that_we_make_fits_on_a_line(smtp, server):
    url = unsubscribe_url(uuid4(), "x" * 308 + "@example.com")

    smtp.send(an_email(unsubscribe_url=url))

    assert server.message()["List-Unsubscribe"] == f"<{url}>"
    # Source: RFC 5322, 2.1.1: a line has at most 998 characters.
    assert len(f"List-Unsubscribe: <{url}>") <= 998


def test_hosts_beyond_ascii_are_written_in_idna(smtp, server):
    smtp.send(an_email(to="jo@bücher.example", reply_to="help@bücher.example"))

    assert server.envelopes[0].rcpt_tos == ["jo@xn--bcher-kva.example"]
    assert server.message()["To"] == "jo@xn--bcher-kva.example"
    assert server.message()["Reply-To"] == "help@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "name",
    [
        'Ann "the boss" O\\Neil',
        "Café, Bar & Söhne",
        "Team <x@y>",
        "a" * 200,
        "ü" * 120,
        "=?x?q?y?=",
    ],
)
def test_any_display_name_arrives_as_it_is(smtp, server, name):
    smtp.send(an_email(from_name=name))

    # The parser of today's policy puts blanks between the words of a long encoded name.
    sender = email.message_from_bytes(server.envelopes[0].content)["From"]
    encoded, address = parseaddr(sender.replace("\r\n", ""))
    assert str(make_header(decode_header(encoded))) == name
    assert address == "the.team@notify.test"


def test_a_service_without_a_display_name_has_its_address(smtp, server):
    smtp.send(an_email(from_name=""))

    assert server.message()["From"] == "the.team@notify.test"


@pytest.mark.parametrize(
    "subject",
    ["Grüße – heute", "x" * 300, "word " * 60 + "end", "ü" * 300, "=?utf-8?q?forged?=", "a: b"],
)
def test_any_subject_arrives_as_it_is(smtp, server, subject):
    smtp.send(an_email(subject=subject))

    assert server.message()["Subject"] == subject
    head = server.envelopes[0].content.split(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("field", ["subject", "from_name"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_line_break_cannot_make_a_header(smtp, server, field, line_break):
    smtp.send(an_email(**{field: f"Hello{line_break}Bcc: eve@example.com"}))

    assert server.message()["Bcc"] is None
    assert server.envelopes[0].rcpt_tos == ["jo@example.com"]


@pytest.mark.parametrize("field", ["subject", "from_name"])
def test_no_mark_turns_a_header_round(smtp, server, field):
    marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

    smtp.send(an_email(**{field: f"Bank{marks}moc.knab"}))

    message = server.message()
    assert message["Subject"] == ("Bankmoc.knab" if field == "subject" else "Your appointment")
    [sender] = message["From"].addresses
    assert sender.display_name == ("Bankmoc.knab" if field == "from_name" else "The Team")


def test_the_marks_that_hebrew_and_arabic_need_arrive(smtp, server):
    smtp.send(an_email(subject="\u200f\u05d0\u05d1\u200e 7"))

    assert server.message()["Subject"] == "\u200f\u05d0\u05d1\u200e 7"


HEADERS = {
    "MIME-Version",
    "Date",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Content-Type",
}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    subject=strategies.text(max_size=200),
    name=strategies.text(max_size=200),
    url=strategies.text(max_size=200),
)
def test_whatever_people_write_makes_no_header_and_reaches_nobody_else(
    smtp, server, subject, name, url
):
    server.envelopes.clear()
    message = an_email(
        subject=subject,
        from_name=name,
        reply_to="desk@example.com",
        unsubscribe_url=f"https://example.com/{url}",
    )

    smtp.send(message)

    [envelope] = server.envelopes
    head, _, rest = envelope.content.partition(b"\r\n\r\n")
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    names = [line.partition(b":")[0].decode() for line in lines]
    assert set(names) == HEADERS
    assert len(names) == len(HEADERS)
    assert head.replace(b"\r\n", b"").isascii()
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert envelope.rcpt_tos == ["jo@example.com"]
    assert rest.count(b"\r\n\r\n") >= 2


@pytest.mark.parametrize(
    "change",
    [
        {"to": "jo@example.com\r\nBcc: eve@example.com"},
        {"to": "jo@example.com,eve@example.com"},
        {"to": "team:jo@example.com"},
        {"to": '"jo"@example.com'},
        {"to": "jo(eve)@example.com"},
        {"to": "jo@[127.0.0.1]"},
        {"to": "jo\\@example.com"},
        {"to": "jo"},
        {"to": "jö@example.com"},
        {"to": "jo@" + "ü" * 70 + ".example"},
        {"reply_to": "a@example.com>\r\nX: y"},
        {"from_address": "a b@example.com"},
        {"message_id": "x\r\nX: y"},
    ],
    ids=repr,
)
def test_a_value_that_could_forge_a_header_is_refused(smtp, server, change):
    with pytest.raises(RequestRefused):
        smtp.send(an_email(**change))

    assert server.envelopes == []


def test_an_unsubscribe_link_cannot_make_a_header(smtp, server):
    smtp.send(an_email(unsubscribe_url="https://example.com/>\r\nX: y<"))

    assert server.message()["X"] is None
    assert server.message()["List-Unsubscribe"] == "<https://example.com/%3E%0D%0AX:%20y%3C>"


def test_a_line_too_long_for_mail_is_encoded(smtp, server):
    smtp.send(an_email(html=f"<p>{'ü' * 3000}</p>"))

    content = server.envelopes[0].content
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert body(server.message().get_body(["html"])) == f"<p>{'ü' * 3000}</p>"


@pytest.mark.parametrize("controller", [PlainController], indirect=True)
def test_a_server_without_eight_bits_gets_seven(smtp, server):
    smtp.send(EMAIL)

    [envelope] = server.envelopes
    assert envelope.content.isascii()
    assert envelope.mail_options == []
    assert body(server.message().get_body(["plain"])) == EMAIL.plain


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("MAIL", "550 no", RequestRefused),
        ("MAIL", "530 authenticate first", Unavailable),
        ("MAIL", "451 later", Unavailable),
        ("RCPT", "550 no such user", RecipientRefused),
        ("RCPT", "553 bad name", RecipientRefused),
        ("RCPT", "450 greylisted", Unavailable),
        ("RCPT", "421 closing", Unavailable),
        ("DATA", "554 spam", RequestRefused),
        ("DATA", "451 later", Unavailable),
        ("DATA", "421 closing", Unavailable),
    ],
)
def test_names_each_refusal(smtp, server, command, answer, error):
    server.answers[command] = answer

    with pytest.raises(error, match=answer[:3]) as raised:
        smtp.send(EMAIL)

    assert raised.value.answer == answer


def test_a_refused_message_does_not_harm_the_next(smtp, server):
    server.answers["RCPT"] = "550 jo@example.com unknown"
    with pytest.raises(RecipientRefused) as raised:
        smtp.send(EMAIL)
    server.answers.clear()

    smtp.send(EMAIL)

    assert "jo@example.com" not in str(raised.value)
    assert len(server.envelopes) == 1


def test_the_connection_is_kept(smtp, server):
    for _ in range(5):
        smtp.send(EMAIL)

    assert (len(server.envelopes), server.connections) == (5, 1)


def test_each_thread_has_a_connection_of_its_own(smtp, server):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(smtp.send, [an_email(message_id=f"{n}@notify.test") for n in range(80)]))

    assert len(server.envelopes) == 80
    assert server.connections <= 8


def test_a_connection_that_went_stale_is_replaced_at_once(smtp, server, controller):
    smtp.send(EMAIL)
    controller.loop.call_soon_threadsafe(server.sessions[0].transport.abort)
    time.sleep(0.1)

    smtp.send(EMAIL)

    assert (len(server.envelopes), server.connections) == (2, 2)


def test_a_server_that_says_it_hangs_up_is_asked_on_a_new_connection(smtp, server):
    smtp.send(EMAIL)
    server.answers["MAIL"] = "421 too many messages"
    threading.Timer(0.05, server.answers.clear).start()

    with pytest.raises(Unavailable, match="421"):
        smtp.send(EMAIL)

    assert server.connections == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_break_before_the_message_means_surely_not_sent(smtp, server, command):
    server.hang_up_at[command] = True

    with pytest.raises(Unavailable):
        smtp.send(EMAIL)


def test_a_break_after_the_message_means_nobody_knows(smtp, server):
    server.hang_up_at["DATA"] = True

    with pytest.raises(OutcomeUnknown):
        smtp.send(EMAIL)

    assert server.connections == 1


def test_a_closed_port_means_surely_not_sent(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Unavailable):
        at_port(settings, port).send(EMAIL)


def test_a_server_that_never_answers_means_surely_not_sent(settings):
    settings.EMAIL_TIMEOUT = settings.PROVIDER_TIMEOUT_SECONDS = 0.2
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Unavailable):
        at_port(settings, listener.getsockname()[1]).send(EMAIL)


def test_the_whole_message_has_one_time_limit(settings, smtp, server):
    smtp.send(EMAIL)
    settings.PROVIDER_TIMEOUT_SECONDS = 0.3
    server.pause_seconds = 1
    started = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        smtp.send(EMAIL)

    assert time.monotonic() - started < 0.9


def test_another_email_backend_takes_its_place(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    message = an_email(
        from_name='Café "Söhne"',
        reply_to="help@example.com",
        unsubscribe_url="https://example.com/u",
    )

    Smtp({}).send(message)

    [sent] = django_mail.outbox
    parsed = email.message_from_bytes(sent.message().as_bytes(), policy=email.policy.default)
    assert parsed["From"].addresses[0].display_name == 'Café "Söhne"'
    assert parsed["Reply-To"] == "help@example.com"
    assert parsed["List-Unsubscribe"] == "<https://example.com/u>"
    assert body(parsed.get_body(["html"])) == message.html


@pytest.mark.parametrize(
    "end",
    [
        "\r\n.\r\n",
        "\n.\n",
        "\r.\r",
        "\n.\r\n",
        "\r\n.\r",
        "\r\n\x00.\r\n",
        "\x85.\x85",
        "\r\n..\r\n",
    ],
    ids=ascii,
)
def test_no_line_ends_the_message_early(smtp, server, end):
    text = f"a{end}MAIL FROM:<eve@bad.example>{end}RCPT TO:<b@example.com>{end}DATA{end}"

    smtp.send(an_email(plain=text, html=f"<p>{text}</p>"))
    smtp.send(EMAIL)

    first, second = server.envelopes
    assert (first.rcpt_tos, second.rcpt_tos) == (["jo@example.com"], ["jo@example.com"])
    assert first.content.count(b"\r\n") == first.content.count(b"\r") == first.content.count(b"\n")
    message = email.message_from_bytes(first.content, policy=email.policy.default)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert body(message.get_body(["plain"])) == lines


def test_a_body_cannot_guess_where_its_part_ends(smtp, server):
    text = "\r\n--=_{}--\r\n--{}\r\nContent-Type: text/html\r\n\r\n<b>".format("0" * 32, "=_" * 20)

    smtp.send(an_email(plain=text, html=text))

    message = server.message()
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert message.get_boundary() not in text
    assert body(message.get_body(["plain"])) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("field", ["subject", "from_name", "plain", "html"])
def test_half_a_character_does_not_stop_a_message(smtp, server, field):
    smtp.send(an_email(**{field: "a\ud800b"}))

    assert len(server.envelopes) == 1


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in HOSTILE.items()])
def test_a_hostile_value_stays_in_its_header_and_in_its_part(smtp, server, row):
    value = row.value

    smtp.send(
        an_email(subject=value, from_name=value, plain=value, html=value, reply_to="a@b.test")
    )

    [envelope] = server.envelopes
    message = email.message_from_bytes(envelope.content)
    assert sorted(message.keys()) == [
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
    ]
    assert parseaddr(message["From"])[1] == "the.team@notify.test"
    parts = [part.get_content_type() for part in message.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert envelope.rcpt_tos == ["jo@example.com"]
