"""Put the body of an email into a document with the brand of its service, or the platform's."""

from django.conf import settings

from services.branding.logos import logo_url
from services.models import EmailBranding
from services.read_models import ServiceModel
from templates_app.rendering.email import EmailParts
from templates_app.rendering.email_document import Brand, email_document


def branded_email(service: ServiceModel, subject: str, parts: EmailParts) -> str:
    """Return the HTML of an email of a service. Source: the API contract, branding."""
    bar, block = _bar_and_block(service)
    return email_document(subject, parts.html_fragment, parts.preheader, bar=bar, block=block)


def _bar_and_block(service: ServiceModel) -> tuple[Brand | None, Brand | None]:
    branding = service.branding
    if branding is None:
        return _platform_banner(), None
    brand = Brand(
        text=branding.text,
        alt_text=branding.alt_text,
        colour=branding.colour,
        logo_url=logo_url(branding.logo) if branding.logo else None,
    )
    if branding.brand_type == EmailBranding.Kind.ORG_BANNER:
        return brand, None
    if branding.brand_type == EmailBranding.Kind.BOTH:
        return _platform_banner(), brand
    return None, brand


def _platform_banner() -> Brand | None:
    if not (settings.EMAIL_BANNER_NAME or settings.EMAIL_BANNER_LOGO_URL):
        return None
    return Brand(
        text=settings.EMAIL_BANNER_NAME,
        colour=settings.EMAIL_BANNER_COLOUR,
        logo_url=settings.EMAIL_BANNER_LOGO_URL or None,
    )
