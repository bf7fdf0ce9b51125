"""Whether a page brings all the fonts that it is printed with."""

from collections.abc import Iterator
from typing import Any

from pypdf.generic import DictionaryObject

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def has_all_fonts(page: DictionaryObject) -> bool:
    """Return whether every font of a page, and of what it draws, is in the file."""
    return all(map(_is_embedded, _fonts_of(page, set())))


def _fonts_of(owner: DictionaryObject, seen: set[int]) -> Iterator[DictionaryObject]:
    resources = _child(owner, "/Resources")
    yield from _children(_child(resources, "/Font"))
    for kind in ("/XObject", "/Pattern"):
        for drawn in _children(_child(resources, kind)):
            if id(drawn) not in seen:
                seen.add(id(drawn))
                yield from _fonts_of(drawn, seen)


def _is_embedded(font: DictionaryObject) -> bool:
    if font.get("/Subtype") == "/Type3":
        # Its letters are drawings.
        return True
    if font.get("/Subtype") == "/Type0":
        descendants = font.get("/DescendantFonts")
        parts = descendants.get_object() if descendants is not None else ()
        return bool(parts) and all(_has_file(part.get_object()) for part in parts)
    return _has_file(font)


def _has_file(font: DictionaryObject) -> bool:
    descriptor = _child(font, "/FontDescriptor")
    return any(name in descriptor for name in _FILES)


def _child(owner: DictionaryObject, name: str) -> DictionaryObject:
    found: Any = owner.get(name)
    found = found.get_object() if found is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _children(owner: DictionaryObject) -> Iterator[DictionaryObject]:
    for value in owner.values():
        found = value.get_object()
        if isinstance(found, DictionaryObject):
            yield found
