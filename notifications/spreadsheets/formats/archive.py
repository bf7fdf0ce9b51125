"""Open the ZIP archives that spreadsheets are, without trusting what they say of themselves."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from notifications.spreadsheets.refusals import TOO_LARGE, UNREADABLE, FileRefused

# Of one part, unpacked. 100,000 rows of ten columns take about 60 MB.
MAX_PART_BYTES = 200 * 1024 * 1024
_MAX_PARTS = 10_000
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@contextmanager
def opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive; what turns out to be broken while it is read is refused, too.

    Raises:
        FileRefused: it is not an archive, is broken or encrypted, or holds too many parts.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if len(archive.filelist) > _MAX_PARTS:
                raise FileRefused(UNREADABLE)
            yield archive
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, UnicodeDecodeError
    ) as error:  # fmt: skip
        raise FileRefused(UNREADABLE) from error


def open_part(
    archive: zipfile.ZipFile, name: str, max_bytes: int = MAX_PART_BYTES
) -> IO[bytes] | None:
    """Open a part of an archive; None if there is no such part.

    No more than the declared size is ever unpacked, so bounding that bounds the work.

    Raises:
        FileRefused: it unpacks to more than the bound, or needs a password.
    """
    try:
        part = archive.getinfo(name)
    except KeyError:
        return None
    if part.header_offset < 0 or part.flag_bits & _ENCRYPTED or part.compress_type not in _METHODS:
        raise FileRefused(UNREADABLE)
    if part.file_size > max_bytes:
        raise FileRefused(TOO_LARGE)
    return archive.open(part)
