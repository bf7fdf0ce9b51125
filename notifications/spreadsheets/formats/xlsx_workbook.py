"""Read what the sheets of an Excel workbook share: their list, texts, formats of cells."""

import re

from notifications.spreadsheets.formats.cell_text import (
    BUILT_IN_KINDS,
    EPOCH_1900,
    EPOCH_1904,
    NumberKind,
    kind_of_format,
)
from notifications.spreadsheets.formats.xml_parts import Handler
from notifications.spreadsheets.refusals import MAX_CELL_CHARACTERS, TOO_LARGE, FileRefused

# A text is kept once for all cells that show it.
_MAX_TEXTS = 1_000_000
_MAX_LISTED = 100_000

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Decode characters that XML cannot hold, written like ``_x000D_``."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


class Workbook(Handler):
    """The list of sheets, and how the workbook counts days."""

    def __init__(self) -> None:
        self.visible: list[str] = []
        self.epoch = EPOCH_1900

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note a sheet that is not hidden by its relationship."""
        if name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self.epoch = EPOCH_1904
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            self.visible += [attributes[key] for key in attributes if key.endswith(" id")]


class Relationships(Handler):
    """Where the parts of a workbook are."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note where a part is: sheets by their identifier, others by their kind."""
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
        if kind == "worksheet":
            self.sheets[attributes.get("Id", "")] = target
        self.by_kind.setdefault(kind, target)


class SharedStrings(Handler):
    """The texts that cells refer to by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_phonetic = self._is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a text, or a run of one; how it is pronounced is left out."""
        del attributes
        if name == "t":
            self._is_inside = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """Finish a run or a text."""
        if name == "t":
            self._is_inside = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            text = unescape("".join(self._pieces))
            self._pieces.clear()
            self.texts.append(text)
            if len(self.texts) > _MAX_TEXTS or len(text) > MAX_CELL_CHARACTERS:
                raise FileRefused(TOO_LARGE)

    def text(self, text: str) -> None:
        """Keep a piece of a text."""
        if self._is_inside:
            self._pieces.append(text)


class Styles(Handler):
    """What the format of each style makes of numbers."""

    def __init__(self) -> None:
        self.kinds: list[NumberKind] = []
        self._formats = {str(number): kind for number, kind in BUILT_IN_KINDS.items()}
        self._is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note a format, or the one a style uses."""
        if name == "numFmt":
            kind = kind_of_format(attributes.get("formatCode", ""))
            self._formats[attributes.get("numFmtId", "")] = kind
        elif name == "cellXfs":
            self._is_inside = True
        elif name == "xf" and self._is_inside:
            number = attributes.get("numFmtId", "")
            self.kinds.append(self._formats.get(number, NumberKind.PLAIN))
        if len(self.kinds) + len(self._formats) > _MAX_LISTED:
            raise FileRefused(TOO_LARGE)

    def end(self, name: str) -> None:
        """Notice the end of the styles of cells."""
        if name == "cellXfs":
            self._is_inside = False
