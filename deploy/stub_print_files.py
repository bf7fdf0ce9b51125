"""The printer of print files: what it does in the folders that its SFTP server shows."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

TO_PRINTER, FROM_PRINTER, PRINTED = "to-printer", "from-printer", "printed.jsonl"
ENDING = ".ZIP"


class Printing:
    """The printer itself: takes files away, remembers their letters, answers in files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        for name in (TO_PRINTER, FROM_PRINTER):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def take(self) -> list[dict[str, Any]]:
        """Take every whole file away and print its letters; return what was printed."""
        with self._lock:
            paths = sorted((self.folder / TO_PRINTER).glob(f"*{ENDING}"))
            return [self._print(path) for path in paths]

    def printed(self) -> list[dict[str, Any]]:
        """Return all that was ever printed: files, each with its letters."""
        path = self.folder / PRINTED
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]

    def references(self) -> list[str]:
        """Return the letters that were ever printed, each as often as it was."""
        return [reference for each in self.printed() for reference in each["references"]]

    def acknowledge(self, files: list[str], *, at: datetime | None = None) -> str:
        """Write a file that acknowledges others, and return its name."""
        written = f"{at or datetime.now(UTC):%Y%m%d%H%M%S}"
        lines = "".join(f"{name}|{written}\n" for name in files)
        return self._write(f"NOTIFY-{written}-ACK.TXT", lines)

    def respond(self, lines: list[str], *, written: str = "") -> str:
        """Write a response file and return its name.

        Args:
            lines: as they are in it.
            written: the instant in its name, which may have 60 seconds.
        """
        name = f"NOTIFY-{written or format(datetime.now(UTC), '%Y%m%d%H%M%S')}-RSP.TXT"
        return self._write(name, "".join(f"{line}\n" for line in lines))

    def _write(self, name: str, text: str) -> str:
        half = self.folder / f".{name}"
        half.write_text(text)
        half.rename(self.folder / FROM_PRINTER / name)
        return name

    def _print(self, path: Path) -> dict[str, Any]:
        with ZipFile(path) as file:
            if file.testzip() is not None:
                raise ValueError(f"{path.name} is broken")
            members = file.namelist()
        record = {
            "file": path.name,
            "references": [name.split(".")[1] for name in members],
            "at": time.time(),
        }
        with (self.folder / PRINTED).open("a") as journal:
            journal.write(json.dumps(record) + "\n")
        path.unlink()
        return record
