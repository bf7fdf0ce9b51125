"""Make values harmless that come from the public: no links, no Markdown."""

import re

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


def sanitise(value: object) -> object:
    r"""Take links out of a value and escape its Markdown.

    What looks like a missing space after a full stop keeps its words: ``St.John`` becomes
    ``St\. John``. Strings in lists are treated one by one; anything else cannot carry a link.
    """
    if isinstance(value, str):
        text = _LEFT_OVER.sub("", _ADDRESS.sub(_without_link, value))
        return _MARKDOWN.sub(r"\\\g<0>", text)
    if isinstance(value, list):
        return [sanitise(item) for item in value]
    return value


def _without_link(match: re.Match[str]) -> str:
    address = match[0]
    return address.replace(".", ". ") if _is_accident(address) else ""
