"""Names of services and keys, made fit for addresses and for the shown form of keys. Pure."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_DOTS = re.compile(r"\.{2,}")


def local_part(name: str) -> str:
    """Return the local part of a sender's address. Source: the API contract, ``from_email``."""
    dotted = _SPACES.sub(".", _plain(name).strip())
    kept = "".join(letter for letter in dotted if letter.isalnum() or letter == ".")
    return _DOTS.sub(".", kept).strip(".")


def key_word(name: str) -> str:
    """Return a key's name as its shown form begins. Source: the API contract, API key."""
    joined = _SPACES.sub("_", _plain(name).strip())
    return "".join(letter for letter in joined if letter.isalnum() or letter == "_")


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return decomposed.encode("ascii", "ignore").decode()
