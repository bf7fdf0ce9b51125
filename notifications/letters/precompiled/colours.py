"""Turn red, green and blue into the four inks of a printer, as far as that can be done safely.

Source: ISO 32000-1, 10.3.5, with all that the three colours share printed in black. Grey needs
nothing: it is black ink. Shadings, patterns of pixels, indexed palettes and spot colours stay.
"""

import io
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from PIL import Image, ImageChops
from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ContentStream,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)

# Drawings of more are left as they are: reading them takes longer than a letter may.
MAX_CONTENT: Final = 1024 * 1024
# A page at 300 dots per inch has nine million.
MAX_PIXELS: Final = 12_000_000
_QUALITY: Final = 92
_INKS: Final = NameObject("/DeviceCMYK")
_has_colours = re.compile(rb"(?<![\w/])(?:rg|RG|scn?|SCN?)(?=\s|$)").search
_DIRECT: Final = {b"rg": b"k", b"RG": b"K"}
_SPACES: Final = {b"cs": False, b"CS": True}
_IN_SPACE: Final = {b"sc": False, b"scn": False, b"SC": True, b"SCN": True}
_RGB: Final = 3
# Of the ways in which pictures are packed, those that are understood here.
_UNPACKED: Final = {"/ASCII85Decode", "/FlateDecode", "/DCTDecode"}


def to_inks(page: PageObject, writer: PdfWriter) -> None:
    """Convert the colours of a page: of text, lines, areas and pictures.

    Args:
        page: of the writer.
        writer: that holds what the page refers to.
    """
    contents = page.get_contents()
    if contents is not None:
        converted = _converted(contents, page, writer)
        if converted is not None:
            page.replace_contents(converted)
    _convert_group(page)
    for drawn in _drawn_by(page, set()):
        if drawn.get("/Subtype") == "/Image":
            _convert_image(drawn)
        elif (converted := _converted(drawn, drawn, writer)) is not None:
            _store(drawn, zlib.compress(converted.get_data()), "/FlateDecode")
            _convert_group(drawn)


def picture_in_inks(picture: Image.Image) -> Image.Image:
    """Return a picture in the four inks, or in black alone if it has no other colour."""
    red, green, blue = picture.convert("RGB").split()
    differences = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    if not any(difference.getbbox() for difference in differences):
        return red
    inks = [ImageChops.invert(band) for band in (red, green, blue)]
    black = ImageChops.darker(ImageChops.darker(inks[0], inks[1]), inks[2])
    return Image.merge("CMYK", [*(ImageChops.subtract(ink, black) for ink in inks), black])


def inks_of(red: float, green: float, blue: float) -> tuple[float, float, float, float]:
    """Return cyan, magenta, yellow and black of a colour, all from 0 to 1."""
    cyan, magenta, yellow = (1 - min(max(value, 0), 1) for value in (red, green, blue))
    black = min(cyan, magenta, yellow)
    return cyan - black, magenta - black, yellow - black, black


def _drawn_by(owner: DictionaryObject, seen: set[int]) -> Iterator[StreamObject]:
    """Yield the pictures and drawings that a page refers to, and those that they refer to."""
    resources = owner.get("/Resources")
    found = resources.get_object().get("/XObject") if resources is not None else None
    for reference in found.get_object().values() if found is not None else ():
        drawn = reference.get_object()
        if not isinstance(drawn, StreamObject) or id(drawn) in seen:
            continue
        seen.add(id(drawn))
        yield drawn
        yield from _drawn_by(drawn, seen)


def _converted(
    contents: StreamObject, owner: DictionaryObject, writer: PdfWriter
) -> ContentStream | None:
    """Return instructions in the four inks; None if there is nothing to convert."""
    data = contents.get_data()
    if len(data) > MAX_CONTENT or not _has_colours(data):
        return None
    stream = ContentStream(contents, writer)
    named = _named_spaces(owner)
    stream.operations = list(_rewritten(stream.operations, named))
    return stream


def _named_spaces(owner: DictionaryObject) -> set[str]:
    """Return the names of spaces of red, green and blue."""
    resources = owner.get("/Resources")
    found = resources.get_object().get("/ColorSpace") if resources is not None else None
    spaces = found.get_object().items() if found is not None else ()
    return {"/DeviceRGB", *(str(name) for name, space in spaces if _is_rgb(space.get_object()))}


def _is_rgb(space: Any) -> bool:
    if space == "/DeviceRGB":
        return True
    if not isinstance(space, ArrayObject) or not space:
        return False
    if space[0] == "/ICCBased":
        return bool(space[1].get_object().get("/N") == _RGB)
    return bool(space[0] == "/CalRGB")


def _rewritten(
    operations: Iterable[tuple[Any, bytes]], named: set[str]
) -> Iterator[tuple[Any, bytes]]:
    """Yield instructions with other colours; which space is in force goes with the state."""
    current, states = {False: False, True: False}, []
    for operands, operator in operations:
        is_rgb = False
        if operator == b"q":
            states.append(dict(current))
        elif operator == b"Q" and states:
            current = states.pop()
        elif operator in _SPACES:
            is_rgb = bool(operands) and str(operands[0]) in named
            current[_SPACES[operator]] = is_rgb
            if is_rgb:
                # A space begins with black; what follows says which colour it is instead.
                yield [_INKS], operator
                continue
        elif operator in _DIRECT or (operator in _IN_SPACE and current[_IN_SPACE[operator]]):
            is_rgb = len(operands) == _RGB
        if is_rgb:
            values = [FloatObject(round(value, 4)) for value in inks_of(*map(float, operands))]
            yield values, _DIRECT.get(operator, operator)
        else:
            yield operands, operator


def _convert_group(owner: DictionaryObject) -> None:
    """Let what is mixed on a page be mixed in inks."""
    group = owner.get("/Group")
    group = group.get_object() if group is not None else None
    if isinstance(group, DictionaryObject) and "/CS" in group and _is_rgb(group["/CS"]):
        group[NameObject("/CS")] = _INKS


def _convert_image(image: StreamObject) -> None:
    is_plain = (
        image.get("/BitsPerComponent") == 8
        and _is_rgb(image.get("/ColorSpace"))
        and "/Decode" not in image
        and not isinstance(image.get("/Mask"), ArrayObject)
    )
    size = int(image.get("/Width", 0)), int(image.get("/Height", 0))
    if not is_plain or not 0 < size[0] * size[1] <= MAX_PIXELS:
        return
    picture, is_photograph = _read(image, size)
    if picture is None:
        return
    inks = picture_in_inks(picture)
    if is_photograph:
        written = io.BytesIO()
        inks.save(written, "JPEG", quality=_QUALITY)
        _store(image, written.getvalue(), "/DCTDecode")
    else:
        _store(image, zlib.compress(inks.tobytes()), "/FlateDecode")
    is_grey = inks.mode == "L"
    image[NameObject("/ColorSpace")] = NameObject("/DeviceGray") if is_grey else _INKS
    if is_photograph and not is_grey:
        # Such files have their inks the other way round.
        image[NameObject("/Decode")] = ArrayObject(map(NumberObject, (1, 0) * 4))


def _read(image: StreamObject, size: tuple[int, int]) -> tuple[Image.Image | None, bool]:
    filters = image.get("/Filter")
    named = [filters] if isinstance(filters, NameObject) else list(filters or ())
    content = image.get_data() if named and set(named) <= _UNPACKED else b""
    if named[-1:] == ["/DCTDecode"]:
        picture = Image.open(io.BytesIO(content))
        return (picture if picture.mode == "RGB" and picture.size == size else None), True
    is_whole = len(content) == size[0] * size[1] * _RGB
    return (Image.frombytes("RGB", size, content) if is_whole else None), False


def _store(stream: StreamObject, data: bytes, packed_by: str) -> None:
    stream._data = data  # noqa: SLF001 - there is no other way to replace it
    stream[NameObject("/Filter")] = NameObject(packed_by)
    stream.pop("/DecodeParms", None)
    if hasattr(stream, "decoded_self"):
        stream.decoded_self = None
