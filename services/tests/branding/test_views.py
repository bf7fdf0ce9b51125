import pytest
from django.test import Client

from services.branding.logos import logo_name, store
from services.tests.branding import pictures


@pytest.fixture
def stored(files):
    """Return a function that stores a picture and asks for it."""

    def ask(content):
        store(logo_name(content), content)
        return Client().get(f"/branding/{logo_name(content)}")

    return ask


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (pictures.PNG, "image/png"),
        (pictures.JPEG, "image/jpeg"),
        (pictures.GIF, "image/gif"),
    ],
    ids=["png", "jpeg", "gif"],
)
def test_anyone_sees_a_logo_and_may_keep_it(stored, content, mime_type):
    answer = stored(content)

    assert (answer.status_code, answer.content) == (200, content)
    assert answer["Content-Type"] == mime_type
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_logo_needs_no_cookie_and_runs_nothing(stored):
    answer = stored(pictures.PNG)

    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64 + ".png",
        "0" * 64 + ".svg",
        "0" * 63 + ".png",
        "logo.png",
        "..%2Fdocuments%2Fsecret",
        "%2Fetc%2Fpasswd",
    ],
    ids=["unknown", "svg", "short", "of another making", "above", "absolute"],
)
def test_there_is_nothing_else_to_see(files, name):
    assert Client().get(f"/branding/{name}").status_code == 404


def test_a_logo_is_only_looked_at(stored):
    assert Client().post(f"/branding/{logo_name(pictures.PNG)}").status_code == 405
