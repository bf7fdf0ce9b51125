"""Small pictures, and what only pretends to be one."""

import struct
import zlib

GIF = bytes.fromhex("474946383961010001008000000000ffffff2c00000000010001000002024401003b")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "


def png(width, height, pixel):
    """Return a picture whose colour at a place is what ``pixel(x, y)`` says: red to alpha."""
    rows = b"".join(
        b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(chunk):
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = png(1, 1, lambda x, y: (0, 0, 0, 255))


def mark(size, colour):
    """Return the mark of a make-believe library: waves in a disc, with smooth edges."""
    steps = [(at + 0.5) / 4 for at in range(4)]

    def alpha(x, y):
        inside = sum(_is_mark((x + dx) / size, (y + dy) / size) for dx in steps for dy in steps)
        return round(255 * inside / 16)

    return png(size, size, lambda x, y: (*colour, alpha(x, y)))


def _is_mark(x, y):
    if (x - 0.5) ** 2 + (y - 0.5) ** 2 > 0.25:
        return False
    bent = y - 0.06 * (1 - abs((x * 4) % 2 - 1) * 2)
    return not any(abs(bent - line) < 0.045 for line in (0.32, 0.52, 0.72))
