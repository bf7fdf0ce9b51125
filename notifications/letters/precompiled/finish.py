"""Make a checked letter ready for the printer, and check what has come of it."""

import io
from collections.abc import Set
from dataclasses import dataclass

from PIL import Image, ImageChops
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import NameObject, RectangleObject

from notifications.letters.geometry import (
    CODE,
    INK_TOLERANCE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    POINTS_PER_MM,
    TAG,
    WINDOW,
    WINDOW_TOLERANCE,
    Box,
)
from notifications.letters.ink import without
from notifications.letters.pdf_document import CHECK_DPI, PRINT_DPI, Document
from notifications.letters.precompiled.checks import count_tags, read_address
from notifications.letters.precompiled.colours import picture_in_inks, to_inks
from notifications.letters.precompiled.overprint import can_print, overprint
from notifications.letters.precompiled.texts import remove_text
from notify_project.recipients.postal import PostalAddress

_A4 = RectangleObject((0, 0, PAGE_WIDTH * POINTS_PER_MM, PAGE_HEIGHT * POINTS_PER_MM))
_BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
# All that is printed; links, scripts, files and what programs note for themselves are not.
_KEPT = frozenset({"/Type", "/Contents", "/Resources", "/Group", *_BOXES})
# Pictures are compared by squares of a millimetre; colours in ink look a little different.
_COARSER, _DIFFERENT = 4, 90
_JPEG_QUALITY = 92


class NotFinished(Exception):
    """What was made of a letter is not what was checked: a bug."""


def finish(document: Document, address: PostalAddress, *, reference: str | None) -> bytes:
    """Return the letter as it is printed.

    Pages that cannot be made ready otherwise become pictures of themselves.

    Args:
        document: has passed all checks.
        address: printed again where it was read.
        reference: drawn as a code; None: the printer adds it.

    Raises:
        NotFinished: not even as pictures does it look as it did.
        Unreadable: a page cannot be read.
    """
    numbers = range(1, document.page_count + 1)
    letter = _Letter(
        document=document,
        before={number: _seen(document, number) for number in numbers},
        address=address,
        lines=address.lines if can_print(address.lines) else (),
        reference=reference,
    )
    text = io.BytesIO(document.saved())
    # Of other fonts a printer might have others of that name, or none.
    as_pictures = {number for number in numbers if not document.has_all_fonts(number)}
    for _ in range(2):
        try:
            finished = _put_together(letter, text, as_pictures)
        except Exception:  # noqa: BLE001 - what looks right to one library need not to another
            as_pictures = set(numbers)
            finished = _put_together(letter, text, as_pictures)
        wrong = _wrong_pages(letter, finished, as_pictures)
        if not wrong:
            return finished
        as_pictures |= wrong
    raise NotFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A letter, how its pages looked, and what is printed over the first one."""

    document: Document
    before: dict[int, Image.Image]
    address: PostalAddress
    lines: tuple[str, ...]
    reference: str | None


def _put_together(letter: _Letter, text: io.BytesIO, as_pictures: Set[int]) -> bytes:
    """Return a new file with nothing in it but pages."""
    writer = PdfWriter()
    source = None if as_pictures >= set(letter.before) else PdfReader(text)
    for number in letter.before:
        if source is None or number in as_pictures:
            writer.add_page(_picture_page(letter.document, number))
        else:
            added = _added(writer, source.pages[number - 1])
            if number == 1:
                remove_text(added, _printed_anew(letter))
            to_inks(added, writer)
    is_tagged = 1 not in as_pictures and count_tags(letter.document, 1) == 1
    over = overprint(letter.lines, with_tag=not is_tagged, reference=letter.reference)
    writer.pages[0].merge_page(PdfReader(io.BytesIO(over)).pages[0])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _printed_anew(letter: _Letter) -> list[Box]:
    """Return where on the first page text is taken away."""
    boxes = [WINDOW.grown(WINDOW_TOLERANCE)] if letter.lines else []
    return [*boxes, TAG] if count_tags(letter.document, 1) > 1 else boxes


def _added(writer: PdfWriter, page: PageObject) -> PageObject:
    """Add a page, with nothing but what is printed, at its place on the paper."""
    for key in set(page) - _KEPT:
        del page[key]
    # What is inherited by a page must be in it, as nothing else comes along.
    for name in ("/Resources", "/MediaBox", "/CropBox"):
        if name not in page and (inherited := page.get_inherited(name)) is not None:
            page[NameObject(name)] = inherited
    added = writer.add_page(page)
    corner = added.cropbox
    added.add_transformation(
        Transformation().translate(-float(corner.left), float(_A4.top) - float(corner.top))
    )
    for box in _BOXES:
        added[NameObject(box)] = _A4
    return added


def _picture_page(document: Document, number: int) -> PageObject:
    picture = picture_in_inks(document.picture_of(number, dots_per_inch=PRINT_DPI))
    written = io.BytesIO()
    picture.save(written, "PDF", resolution=PRINT_DPI, quality=_JPEG_QUALITY)
    page = PdfReader(written).pages[0]
    for box in _BOXES:
        page[NameObject(box)] = _A4
    return page


def _wrong_pages(letter: _Letter, finished: bytes, as_pictures: Set[int]) -> set[int]:
    """Return the pages that are not what they were, or that no machine could read."""
    document = Document(finished)
    try:
        if document.page_count != len(letter.before):
            raise NotFinished
        wrong = {n for n, seen in letter.before.items() if _differ(seen, _seen(document, n))}
        has_address = bool(letter.lines) or 1 not in as_pictures
        if count_tags(document, 1) != 1 or (
            has_address and read_address(document).lines != letter.address.lines
        ):
            wrong.add(1)
        return wrong
    finally:
        document.close()


def _seen(document: Document, number: int) -> Image.Image:
    """Return a coarse picture of what must not change."""
    picture = document.picture_of(number, dots_per_inch=CHECK_DPI).convert("L")
    changed = (WINDOW, TAG, CODE) if number == 1 else ()
    picture = without(picture, changed, INK_TOLERANCE, dots_per_inch=CHECK_DPI)
    return picture.reduce(_COARSER)


def _differ(one: Image.Image, other: Image.Image) -> bool:
    # Pages may be two millimetres larger or smaller than the paper.
    width, height = min(one.width, other.width), min(one.height, other.height)
    difference = ImageChops.difference(
        one.crop((0, 0, width, height)), other.crop((0, 0, width, height))
    )
    return difference.point(lambda value: 255 if value > _DIFFERENT else 0).getbbox() is not None
