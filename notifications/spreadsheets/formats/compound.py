"""Take a stream out of a compound file. Source: [MS-CFB], the format around old Office files."""

import struct
from collections.abc import Iterator

from notifications.spreadsheets.refusals import UNREADABLE, FileRefused

_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER_BYTES = 512
_ENTRY_BYTES = 128
# Greater numbers say that there is no further sector.
_LAST_SECTOR = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5


def stream_of(content: bytes, name: str) -> bytes | None:
    """Return a stream by its name; None if the file has no such stream.

    Raises:
        FileRefused: it is not a compound file, or a broken one.
    """
    try:
        return _CompoundFile(content).stream(name)
    except (struct.error, IndexError) as error:
        raise FileRefused(UNREADABLE) from error


class _CompoundFile:
    def __init__(self, content: bytes) -> None:
        if not content.startswith(_MAGIC):
            raise FileRefused(UNREADABLE)
        self._content = content
        shift, self._mini_shift = struct.unpack_from("<HH", content, 30)
        if shift not in {9, 12} or self._mini_shift != 6:
            raise FileRefused(UNREADABLE)
        self._size = 1 << shift
        (self._first_of_directory,) = struct.unpack_from("<I", content, 48)
        self._cutoff, first_mini = struct.unpack_from("<II", content, 56)
        self._table = self._allocation_table()
        self._mini_table = self._chain(first_mini)

    def stream(self, name: str) -> bytes | None:
        """Return a stream by its name."""
        directory = self._chain(self._first_of_directory)
        entries = [
            directory[start : start + _ENTRY_BYTES]
            for start in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
        ]
        root = next((entry for entry in entries if entry[66] == _ROOT), None)
        found = next((entry for entry in entries if _is_stream(entry, name)), None)
        if root is None or found is None:
            return None
        first, size = struct.unpack_from("<II", found, 116)
        if size >= self._cutoff:
            return self._chain(first)[:size]
        (first_of_small,) = struct.unpack_from("<I", root, 116)
        small, length = self._chain(first_of_small), 1 << self._mini_shift
        sectors = [
            small[sector * length : (sector + 1) * length]
            for sector in _follow(self._mini_table, first, len(small) // length)
        ]
        return b"".join(sectors)[:size]

    def _allocation_table(self) -> bytes:
        """Return the numbers of the sectors that follow each; they are spread over sectors, too."""
        first, count = struct.unpack_from("<II", self._content, 68)
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        for _ in range(min(count, len(self._content) // self._size)):
            if first >= _LAST_SECTOR:
                break
            *more, first = _numbers(self._sector(first))
            sectors += more
        used = [sector for sector in sectors if sector < _LAST_SECTOR]
        if len(used) * self._size > len(self._content):
            raise FileRefused(UNREADABLE)
        return b"".join(map(self._sector, used))

    def _chain(self, first: int) -> bytes:
        most = len(self._content) // self._size
        return b"".join(map(self._sector, _follow(self._table, first, most)))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._content):
            raise FileRefused(UNREADABLE)
        return self._content[start : start + self._size]


def _is_stream(entry: bytes, name: str) -> bool:
    wanted = f"{name}\0".encode("utf-16-le")
    return entry[66] == _STREAM and entry.startswith(wanted)


def _numbers(sector: bytes) -> list[int]:
    count = len(sector) // 4
    return list(struct.unpack_from(f"<{count}I", sector))


def _follow(table: bytes, first: int, most: int) -> Iterator[int]:
    """Yield the numbers of a chain; one that is longer than the file runs in a circle."""
    while first < _LAST_SECTOR:
        if most <= 0:
            raise FileRefused(UNREADABLE)
        most -= 1
        yield first
        (first,) = struct.unpack_from("<I", table, 4 * first)
