"""Show as much of a recipient as tells one from another, and no more. Pure."""

from typing import Final

_HIDDEN: Final = "•••"
# Enough to recognise a number that somebody reads out, too few to call it.
_LAST_DIGITS: Final = 4


def masked(recipient: str) -> str:
    """Return a number or an email address as pages show it; nothing of a postal address."""
    text = recipient.strip()
    if not text:
        return ""
    name, at, domain = text.rpartition("@")
    if at and "\n" not in text:
        return f"{name[:1]}{_HIDDEN}@{domain}"
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) > _LAST_DIGITS and "\n" not in text and not any(map(str.isalpha, text)):
        return f"•{_HIDDEN} {digits[-_LAST_DIGITS:]}"
    return _HIDDEN
