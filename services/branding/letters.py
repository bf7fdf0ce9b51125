"""Save the brandings of letters: the one place that writes them."""

from functools import lru_cache

from notify_project import storage
from notify_project.storage import Area
from notify_project.texts import clean_name
from services.branding import logos
from services.branding.logos import InvalidLogo
from services.branding.saving import InvalidBranding, require_one_line_names, save_changes
from services.models import LetterBranding, Service, User

_ENDING = ".png"
_COLUMNS = ("name", "filename")
# A logo may have 1 MB, and every letter of a service has the same.
_LOGOS_REMEMBERED = 8


def letter_logo_name(content: bytes) -> str:
    """Return the name under which a logo of letters is stored.

    Raises:
        InvalidLogo: it is too big, broken, or no PNG.
    """
    name = logos.logo_name(content)
    if not name.endswith(_ENDING):
        raise InvalidLogo("The logo of letters must be a PNG file")
    return name


def save_letter_branding(
    branding: LetterBranding, *, actor: User | None, logo: bytes | None = None
) -> LetterBranding:
    """Save a branding, new or changed; letters that are made from now on have its logo.

    Args:
        branding: with the name that it shall have.
        actor: who changes it.
        logo: the content of a new logo; without one, what ``branding.filename`` names stays.

    Raises:
        InvalidBranding: the name is empty, too long or taken, or there is no logo, or another
            branding has the same.
        InvalidLogo: the logo is too big, broken, or no PNG.
    """
    if logo is not None:
        branding.filename = letter_logo_name(logo)
    clean_letter_branding(branding)
    if logo is not None:
        logos.store(branding.filename, logo)
    services = Service.objects.filter(letter_branding=branding)
    save_changes(branding, _COLUMNS, actor=actor, services=services)
    return branding


def clean_letter_branding(branding: LetterBranding) -> None:
    """Trim a branding's name and refuse what it cannot be.

    Raises:
        InvalidBranding: the message says why.
    """
    branding.name = clean_name(branding.name)
    if not branding.name:
        raise InvalidBranding("The branding needs a name")
    require_one_line_names(branding.name)
    if not branding.filename:
        raise InvalidBranding("The branding needs a logo")
    others = LetterBranding.objects.exclude(id=branding.id)
    if others.filter(name=branding.name).exists():
        raise InvalidBranding(f"The branding {branding.name} exists already")
    twin = others.filter(filename=branding.filename).first()
    if twin is not None:
        raise InvalidBranding(f"The branding {twin} has this logo already")


@lru_cache(maxsize=_LOGOS_REMEMBERED)
def letter_logo(name: str) -> bytes:
    """Return the content of a logo; a name stands for one content for ever.

    Raises:
        StorageAway: the file store does not answer.
        FileMissing: there is no such file.
    """
    return storage.read(Area.BRANDING, name)
