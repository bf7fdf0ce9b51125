"""The kinds of file that may be sent, and how one is told from its content."""

import io
import zipfile
from dataclasses import dataclass

import filetype
import orjson


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        extension: with its dot, in lower case.
        mime_type: what the download is announced as.
        label: what people call it.
    """

    extension: str
    mime_type: str
    label: str


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# In the order in which a refusal lists them. Source: the API contract, files by e-mail.
KINDS = (
    Kind(".csv", "text/csv", "Table (CSV)"),
    Kind(".doc", "application/msword", "Word document"),
    Kind(".docx", _DOCX, "Word document"),
    Kind(".jpeg", "image/jpeg", "JPEG image"),
    Kind(".jpg", "image/jpeg", "JPEG image"),
    Kind(".json", "application/json", "JSON data"),
    Kind(".odt", "application/vnd.oasis.opendocument.text", "OpenDocument text"),
    Kind(".pdf", "application/pdf", "PDF"),
    Kind(".png", "image/png", "PNG image"),
    Kind(".rtf", "application/rtf", "Rich text"),
    Kind(".txt", "text/plain", "Plain text"),
    Kind(".xlsx", _XLSX, "Excel spreadsheet"),
)
BY_EXTENSION = {kind.extension: kind for kind in KINDS}
BY_MIME_TYPE = {kind.mime_type: kind for kind in KINDS}
EMPTY, UNKNOWN, OLE = "application/x-empty", "application/octet-stream", "application/x-ole-storage"

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
# In every Office Open XML file of the kind, wherever its archive keeps it.
_OFFICE_PARTS = {"word/document.xml": _DOCX, "xl/workbook.xml": _XLSX}
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Control characters that text files do hold: bell to carriage return, and escape.
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}) + b"\x7f"


def mime_type_of(content: bytes) -> str:
    """Return what kind of file this is, by its content alone."""
    if not content:
        return EMPTY
    if content.startswith(_OLE_MAGIC):
        return _of_ole(content)
    found: str | None = filetype.guess_mime(content)
    if found == "application/zip":
        return _of_archive(content)
    if found is not None:
        return found
    return _of_text(content)


def _of_ole(content: bytes) -> str:
    """Tell Word from the other programs that wrote such files before 2007."""
    if _WORD_STREAM in content:
        return "application/msword"
    return filetype.guess_mime(content) or OLE


def _of_archive(content: bytes) -> str:
    """Tell documents whose parts lie in an unusual order from other archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "application/zip"
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in parts), "application/zip")


def _of_text(content: bytes) -> str:
    if content.startswith(_BYTE_ORDER_MARKS):
        return "text/plain"
    if len(content.translate(None, _CONTROLS)) != len(content):
        return UNKNOWN
    return "application/json" if _is_json(content) else "text/plain"


def _is_json(content: bytes) -> bool:
    """Is this an object or an array? A lone number or word is text to people."""
    if not content.lstrip().startswith((b"{", b"[")):
        return False
    try:
        orjson.loads(content)
    except ValueError:
        return False
    return True
