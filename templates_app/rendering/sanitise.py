"""Make values harmless that come from the public: no links, no Markdown."""

import re

from notify_project.recipients.characters import remove_obscure
from templates_app.rendering.values import keep_references, without_controls

# Source: the API contract, ``sanitise_content_for``. A word is judged as a whole, from its start:
# this skips email addresses and keeps the search linear.
_HOST = r"(?:[\w-]+\.)+[^\W\d_]{2,63}"
_ADDRESS = re.compile(
    rf"(?:https?://|(?<![\w@.-])(?![\w.-]*@)){_HOST}(?:[/?#][^\s<]*)?", re.IGNORECASE
)
# Our addition: numbers and single words are hosts too, and a removal may join what it parted.
_LEFT_OVER = re.compile(r"https?://[^\s<]*", re.IGNORECASE)
_is_accident = re.compile(r"(?:[^\W_]|[.-])*").fullmatch
_MARKDOWN = re.compile(r"[`*_()\\{}\[\]<>#+\-.!|]")
# Our addition: what makes headings, inset text and bullets. No backslash escapes a bullet.
_BLOCK_MARK = re.compile(r"(?:\A|(?<=[\n\r]))([^\S\n\r]*)([=^•])")
_HARMLESS = {"=": r"\=", "^": r"\^", "•": "&bull;"}


def sanitise(value: object) -> object:
    r"""Take links out of a value and escape its Markdown.

    What looks like a missing space after a full stop keeps its words: ``St.John`` becomes
    ``St\. John``. Items of a list are treated one by one, and an object is text unless it is a
    file; anything else cannot carry a link.
    """
    if isinstance(value, str):
        return _harmless(value)
    if isinstance(value, list):
        return [_harmless_item(item) for item in value]
    return _harmless(str(value)) if isinstance(value, dict) and "file" not in value else value


def _harmless_item(item: object) -> object:
    # Emails leave the obscure characters of items out, which may join what they parted.
    return _harmless(remove_obscure(str(item))) if isinstance(item, str | list | dict) else item


def _harmless(text: str) -> str:
    words = _LEFT_OVER.sub("", _ADDRESS.sub(_without_link, without_controls(text)))
    escaped = _MARKDOWN.sub(r"\\\g<0>", keep_references(words))
    return _BLOCK_MARK.sub(lambda match: match[1] + _HARMLESS[match[2]], escaped)


def _without_link(match: re.Match[str]) -> str:
    address = match[0]
    return address.replace(".", ". ") if _is_accident(address) else ""
