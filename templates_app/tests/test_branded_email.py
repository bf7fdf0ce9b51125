import pytest

from services.read_models import find_service
from services.tests.factories import EmailBrandingFactory, ServiceFactory
from templates_app.branded_email import branded_email
from templates_app.rendering.email import EmailParts

pytestmark = pytest.mark.django_db

LOGO = "0" * 64 + ".png"
PARTS = EmailParts("<p>Hello</p>", "Hello", "Hello")


@pytest.fixture(autouse=True)
def banner(settings):
    settings.ASSET_URL = "https://assets.example"
    settings.EMAIL_BANNER_NAME = "Post room"
    settings.EMAIL_BANNER_COLOUR = "#123456"


def html(**branding):
    row = EmailBrandingFactory(colour="#654321", **branding) if branding else None
    service = ServiceFactory(email_branding=row)
    return branded_email(find_service(service.id), "Subject", PARTS)


def shown(html):
    """Say which of the brands are in a document, and how."""
    words = {
        "platform's banner": 'bgcolor="#123456"',
        "bar": 'bgcolor="#654321"',
        "block": "border-left:2px solid #654321",
    }
    return [name for name, mark in words.items() if mark in html]


@pytest.mark.parametrize(
    ("branding", "wanted"),
    # Source: the API contract, branding.
    [
        ({}, ["platform's banner"]),
        ({"brand_type": "both", "logo": LOGO}, ["platform's banner", "block"]),
        ({"brand_type": "org", "logo": LOGO}, ["block"]),
        ({"brand_type": "org_banner", "logo": LOGO}, ["bar"]),
        ({"brand_type": "both"}, ["platform's banner"]),
        ({"brand_type": "org"}, []),
        ({"brand_type": "org_banner"}, ["bar"]),
    ],
    ids=["none", "both", "org", "org_banner", "both, no logo", "org, no logo", "bar, no logo"],
)
def test_each_kind_of_branding_is_shown_in_its_way(branding, wanted):
    assert shown(html(**branding)) == wanted


def test_a_brand_is_its_logo_and_its_text():
    page = html(brand_type="org", logo=LOGO, text="Riverside & Sons")

    assert f'src="https://assets.example/branding/{LOGO}" alt=""' in page
    assert "Riverside &amp; Sons" in page
    assert "Post room" not in page


def test_the_platforms_banner_may_have_a_logo(settings):
    settings.EMAIL_BANNER_LOGO_URL = "https://cdn.example/platform.png"

    assert 'src="https://cdn.example/platform.png" alt=""' in html()


def test_an_installation_may_have_no_banner(settings):
    settings.EMAIL_BANNER_NAME = ""

    assert shown(html()) == []
