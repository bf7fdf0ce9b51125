"""Know a whole picture, as every mail program shows it, from a broken or empty one. Pure.

Source: W3C PNG, 5 Datastream structure; CompuServe GIF89a; ITU-T T.81, annex B.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

MAX_SIDE: Final = 2000
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Markers of frames, from baseline to arithmetic; three numbers among them stand for tables.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_whole(content: bytes, mime_type: str) -> bool:
    """Return whether a picture has a size that can be shown, and its end."""
    try:
        width, height = _SIZES[mime_type](content)
    except (struct.error, IndexError, ValueError):
        return False
    return 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE


def _png_size(content: bytes) -> tuple[int, int]:
    if not content.startswith(_PNG_SIGNATURE):
        raise ValueError("no signature")
    at, kinds = len(_PNG_SIGNATURE), list[bytes]()
    while not kinds or kinds[-1] != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, at)
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(content[at + 4 : at + 8 + length]) != checksum:
            raise ValueError("a chunk is damaged")
        kinds.append(kind)
        at += 12 + length
    if kinds[0] != b"IHDR" or b"IDAT" not in kinds:
        raise ValueError("a chunk is missing")
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif_size(content: bytes) -> tuple[int, int]:
    if content[:6] not in (b"GIF87a", b"GIF89a") or not content.endswith(b";"):
        raise ValueError("no header, or no trailer")
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    if not content.startswith(b"\xff\xd8") or not content.endswith(b"\xff\xd9"):
        raise ValueError("no start, or no end")
    at = 2
    while True:
        prefix, marker, length = struct.unpack_from(">BBH", content, at)
        if prefix != 0xFF or length < 2:
            raise ValueError("no segment")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        at += 2 + length


_SIZES: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _png_size,
    "image/gif": _gif_size,
    "image/jpeg": _jpeg_size,
}
