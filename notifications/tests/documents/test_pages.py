import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from freezegun import freeze_time

from notifications.documents.access import TRIES_A_MINUTE
from notifications.documents.sealing import DocumentKey
from notify_project import clock, storage
from notify_project.storage import Area
from services.tests.factories import ServiceFactory

OPEN = {"confirm_email_before_download": False}
ASKS = "Confirm your email address"


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def library(db):
    return ServiceFactory(name="Library & Co", contact_link="https://library.example/help")


def text(response):
    return response.content.decode()


def confirm(client, document, address):
    return client.post(document.link, {"email_address": address})


def test_the_page_says_what_the_file_is(client, publish_one, library):
    document = publish_one(service=library, filename="Your bill.pdf", **OPEN)

    page = client.get(document.link)

    assert page.status_code == 200
    last = clock.london_day(document.row.expires_at)
    for shown in (
        "Library &amp; Co",
        "Your bill.pdf",
        "PDF",
        "5\xa0bytes",
        f"{last.day} {last:%B %Y}",
    ):
        assert shown in text(page)
    assert 'href="https://library.example/help"' in text(page)
    assert f'href="{document.path}/file?key={document.key}"' in text(page)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("help@library.example", '<a href="mailto:help@library.example">'),
        ("020 7946 0000", "020 7946 0000"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_contact_details_become_the_link_that_they_are(client, publish_one, contact, shown):
    page = client.get(publish_one(service=ServiceFactory(contact_link=contact), **OPEN).link)

    assert shown in text(page)
    assert 'href="javascript' not in text(page)


def test_the_file_is_downloaded_as_it_was_sent(client, publish_one):
    document = publish_one(filename="Zürich “1”.csv", **OPEN)

    file = client.get(f"{document.path}/file?key={document.key}")

    assert (file.status_code, file.content) == (200, b"hello")
    assert file["Content-Type"] == "text/csv"
    assert file["Content-Disposition"] == (
        "attachment; filename*=UTF-8''Z%C3%BCrich%20%E2%80%9C1%E2%80%9D.csv"
    )
    document.row.refresh_from_db()
    assert document.row.download_count == 1


def test_a_file_without_a_name_gets_one_that_fits_its_kind(client, publish_one):
    document = publish_one(is_csv=True, **OPEN)

    file = client.get(f"{document.path}/file?key={document.key}")

    assert file["Content-Disposition"] == "attachment; filename*=UTF-8''document.csv"


def test_a_name_cannot_pass_for_another_kind_or_break_a_header(client, publish_one):
    document = publish_one(filename="../in\r\nvoice\u202efdp.txt", **OPEN)

    file = client.get(f"{document.path}/file?key={document.key}")

    assert file["Content-Disposition"] == "attachment; filename*=UTF-8''.._invoicefdp.txt"
    assert "\u202e" not in text(client.get(document.link))


@pytest.mark.parametrize("name", ["page", "file", "confirm", "gone", "sample"])
def test_every_answer_keeps_to_itself(client, publish_one, name):
    document = publish_one(**OPEN)
    path = {
        "page": document.link,
        "file": f"{document.path}/file?key={document.key}",
        "confirm": publish_one().link,
        "gone": document.path,
        "sample": "/documents/test-document",
    }[name]

    answer = client.get(path)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in text(answer)
    assert not answer.cookies


def test_the_style_of_a_page_is_allowed_by_a_nonce_that_is_used_once(client):
    pages = [client.get("/documents/test-document") for _ in range(2)]

    nonces = [re.search(r'<style nonce="([^"]+)"', text(page))[1] for page in pages]
    assert len(set(nonces)) == 2
    for page, nonce in zip(pages, nonces, strict=True):
        assert f"style-src 'nonce-{nonce}'" in page["Content-Security-Policy"]


def dead_links(document):
    other = DocumentKey.new()
    yield f"/documents/{uuid4()}?key={document.key}"
    yield f"/documents/nonsense?key={document.key}"
    yield document.path
    yield f"{document.path}?key="
    yield f"{document.path}?key={other}"
    yield f"{document.path}?key={document.key[:-2]}"
    yield f"{document.path}?key=é"


def test_all_dead_links_answer_alike(client, publish_one):
    document = publish_one(**OPEN)

    answers = [client.get(link) for link in dead_links(document)]
    answers += [client.post(link, {"email_address": "x"}) for link in dead_links(document)]
    answers += [
        client.get(link.replace(document.path, f"{document.path}/file"))
        for link in dead_links(document)
    ]

    [page] = {re.sub(r'nonce="[^"]*"', "", text(answer)) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert "This file is not available" in page


def test_a_link_that_is_too_old_is_told_only_to_those_who_have_it(client, publish_one):
    document = publish_one(now=clock.now() - timedelta(weeks=26), **OPEN)

    owned = client.get(document.link)
    guessed = client.get(document.path)

    assert (owned.status_code, guessed.status_code) == (410, 404)
    assert client.get(f"{document.path}/file?key={document.key}").status_code == 410
    assert "This file is not available" in text(owned)


def test_a_file_that_was_lost_is_a_dead_link_and_an_error_in_the_log(client, publish_one, caplog):
    document = publish_one(**OPEN)
    storage.delete(Area.DOCUMENTS, document.row.stored_name)

    answer = client.get(f"{document.path}/file?key={document.key}")

    assert answer.status_code == 404
    assert f"the file of document {document.row.id} is missing" in caplog.text


def test_a_document_cannot_stand_in_for_another(client, publish_one):
    one, other = publish_one(**OPEN), publish_one(**OPEN)
    sealed = storage.read(Area.DOCUMENTS, other.row.stored_name)
    storage.save(Area.DOCUMENTS, one.row.stored_name, sealed)
    client.raise_request_exception = False

    answer = client.get(f"{one.path}/file?key={one.key}")

    assert answer.status_code == 500


def test_the_address_is_asked_for_before_anything_is_shown(client, publish_one, library):
    document = publish_one(service=library, filename="secret.pdf")

    page = client.get(document.link)
    file = client.get(f"{document.path}/file?key={document.key}")

    assert page.status_code == 200
    assert ASKS in text(page)
    assert "secret.pdf" not in text(page)
    assert (file.status_code, file["Location"]) == (302, document.link)


def test_the_right_address_opens_the_file_in_this_browser_alone(client, redis, publish_one):
    document = publish_one(recipient="Jo@Example.com")

    back = confirm(client, document, " jo@EXAMPLE.com ")

    assert (back.status_code, back["Location"]) == (302, document.link)
    cookie = back.cookies["document"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (document.path, True, "Lax")
    assert "Download" in text(client.get(document.link))
    assert client.get(f"{document.path}/file?key={document.key}").content == b"hello"
    assert ASKS in text(Client().get(document.link))


def test_a_confirmation_ends(client, redis, publish_one):
    document = publish_one()
    with freeze_time(clock.now()) as frozen:
        proof = confirm(client, document, "jo@example.com").cookies["document"].value
        frozen.tick(timedelta(minutes=59))
        client.cookies["document"] = proof
        early = client.get(document.link)
        frozen.tick(timedelta(minutes=2))
        client.cookies["document"] = proof
        late = client.get(document.link)

    assert ASKS not in text(early)
    assert ASKS in text(late)


def test_the_proof_for_one_document_opens_no_other(client, redis, publish_one):
    one, other = publish_one(), publish_one(recipient="sam@example.com")
    client.cookies["document"] = confirm(Client(), one, "jo@example.com").cookies["document"].value

    assert ASKS not in text(client.get(one.link))
    assert ASKS in text(client.get(other.link))


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("sam@example.com", 403, "was not sent to that address"),
        ("nonsense", 400, "Enter an email address"),
        ("", 400, "Enter an email address"),
        ('"><script>@x', 400, "&quot;&gt;&lt;script&gt;@x"),
    ],
)
def test_a_wrong_address_is_told_and_opens_nothing(
    client, redis, publish_one, address, status, message
):
    document = publish_one()

    page = confirm(client, document, address)

    assert page.status_code == status
    assert message in text(page)
    assert 'aria-invalid="true"' in text(page)
    assert ASKS in text(client.get(document.link))


def test_addresses_cannot_be_tried_without_end(client, redis, publish_one):
    document, other = publish_one(), publish_one()
    for _ in range(TRIES_A_MINUTE):
        assert confirm(client, document, "sam@example.com").status_code == 403

    late = confirm(client, document, "jo@example.com")

    assert late.status_code == 429
    assert "Too many attempts" in text(late)
    assert ASKS in text(client.get(document.link))
    assert confirm(client, other, "jo@example.com").status_code == 302
    assert 0 < redis.ttl(f"document-tries-{document.row.id}") <= 60


def test_without_redis_the_right_address_still_opens_the_file(client, publish_one):
    document = publish_one()

    assert confirm(client, document, "jo@example.com").status_code == 302


def test_an_address_is_never_taken_from_the_query(client, redis, publish_one):
    document = publish_one()

    page = client.get(f"{document.link}&email_address=jo@example.com")
    posted = client.post(f"{document.link}&email_address=jo@example.com")

    assert ASKS in text(page)
    assert posted.status_code == 400


def test_no_address_file_name_or_key_is_logged(client, redis, publish_one, caplog):
    caplog.set_level("DEBUG")
    document = publish_one(filename="secret.pdf")

    confirm(client, document, "sam@example.com")
    confirm(client, document, "jo@example.com")
    client.get(document.link)
    client.get(f"{document.path}/file?key={document.key[:-1]}")

    written = "\n".join(r.getMessage() for r in caplog.records if r.name != "django.db.backends")
    for secret in ("sam@", "jo@", "secret.pdf", document.key):
        assert secret not in written


def test_a_form_from_a_browser_that_sends_no_token_is_answered(redis, publish_one):
    document = publish_one()
    client = Client(enforce_csrf_checks=True)

    assert confirm(client, document, "jo@example.com").status_code == 302


def test_the_link_of_a_simulated_email_explains_itself(client):
    page = client.get("/documents/test-document")

    assert page.status_code == 200
    assert "simulated recipient" in text(page)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(client, publish_one, method):
    assert getattr(client, method)(publish_one(**OPEN).link).status_code == 405
