"""Colours of brands: which are any, and which text can be read on them."""

from notify_project.colours import is_colour

BLACK, WHITE = "#000000", "#ffffff"
# Source: WCAG 2.2, 1.4.3 Contrast (Minimum).
READABLE = 4.5


def colour_or(colour: str | None, fallback: str) -> str:
    """Return a colour if it is one, and nothing else that would end up in a style."""
    return colour if colour and is_colour(colour) else fallback


def readable_on(background: str) -> str:
    """Return the colour of text on a background: white, unless it could not be read."""
    return WHITE if contrast(WHITE, background) >= READABLE else BLACK


def contrast(one: str, other: str) -> float:
    """Return how well two colours can be told apart, from 1 to 21. Source: WCAG 2.2."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
