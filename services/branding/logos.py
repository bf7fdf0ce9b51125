"""Logos in emails: files that everyone may see, named by their content and never changed."""

import re
from hashlib import sha256
from typing import Final

import filetype
from django.conf import settings
from django.urls import reverse

from notify_project import storage
from notify_project.api.errors import ApiError
from notify_project.storage import Area

MAX_BYTES: Final = 1024 * 1024
# Pictures that every mail program shows. SVG is not among them: it is a document, with scripts.
MIME_TYPES: Final = {"gif": "image/gif", "jpg": "image/jpeg", "png": "image/png"}
_is_logo_name = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(MIME_TYPES)})").fullmatch


class InvalidLogo(ApiError):
    """A file that cannot be a logo."""


def logo_name(content: bytes) -> str:
    """Return the name under which a logo is stored.

    Raises:
        InvalidLogo: it is too big, or no picture that every mail program shows.
    """
    if len(content) > MAX_BYTES:
        raise InvalidLogo("The logo must not be larger than 1 MB")
    found = filetype.guess_mime(content)
    for ending, mime_type in MIME_TYPES.items():
        if found == mime_type:
            return f"{sha256(content).hexdigest()}.{ending}"
    raise InvalidLogo("The logo must be a PNG, JPEG or GIF file")


def store(name: str, content: bytes) -> None:
    """Store a logo; none is ever removed, because sent emails go on showing theirs."""
    storage.save(Area.BRANDING, name, content)


def logo_url(name: str) -> str:
    """Return where mail programs find a logo."""
    return f"{settings.ASSET_URL}{reverse('logo', args=[name])}"


def is_logo_name(name: str) -> bool:
    """Is this a name that a logo could have?"""
    return _is_logo_name(name) is not None
