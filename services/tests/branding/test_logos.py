import pytest

from notify_project import storage
from notify_project.storage import Area
from services.branding.logos import MAX_BYTES, InvalidLogo, logo_name, logo_url, store
from services.tests.branding import pictures


@pytest.mark.parametrize(
    ("content", "ending"),
    [(pictures.PNG, "png"), (pictures.JPEG, "jpg"), (pictures.GIF, "gif")],
    ids=["png", "jpeg", "gif"],
)
def test_a_picture_is_named_by_its_content_and_its_kind(content, ending):
    name = logo_name(content)

    assert name.endswith(f".{ending}")
    assert name == logo_name(content) != logo_name(content + b"\0")


@pytest.mark.parametrize(
    "content",
    [pictures.SVG, pictures.HTML, pictures.WEBP, b"", b"%PDF-1.7", b"\xef\xbb\xbf<svg/>"],
    ids=["svg", "html", "webp", "empty", "pdf", "svg after a mark of byte order"],
)
def test_what_not_every_mail_program_shows_is_refused(content):
    with pytest.raises(InvalidLogo, match="PNG, JPEG or GIF"):
        logo_name(content)


def test_a_picture_has_at_most_a_megabyte():
    longest = pictures.PNG.ljust(MAX_BYTES, b"\0")

    assert logo_name(longest)
    with pytest.raises(InvalidLogo, match="larger than 1 MB"):
        logo_name(longest + b"\0")


def test_the_address_of_a_logo_is_absolute_and_on_the_host_for_files(settings):
    settings.ASSET_URL = "https://assets.example"
    name = logo_name(pictures.PNG)

    assert logo_url(name) == f"https://assets.example/branding/{name}"


def test_a_logo_is_stored_among_the_public_files(files):
    store("a.png", pictures.PNG)

    assert storage.read(Area.BRANDING, "a.png") == pictures.PNG
