"""Read the files that printers write: acknowledgements and responses."""

import logging
from dataclasses import dataclass
from typing import Final

from notifications.letters.printing.acknowledgements import (
    Acknowledged,
    acknowledge_file,
    is_acknowledgement,
)
from notifications.providers.base import ProviderError
from notifications.providers.file_printer import FilePrinter, PrinterFolders
from notifications.providers.registry import PROVIDERS, provider
from notifications.receipts.response_files import (
    Applied,
    NotAResponseFile,
    apply_file,
    is_response_file,
)
from notify_project import clock

logger = logging.getLogger(__name__)

# Lines for half a million letters.
MAX_BYTES: Final = 20_000_000


class UnknownFile(Exception):
    """A file is called neither as acknowledgements are nor as responses are."""


class FilesNotRead(Exception):
    """Some files met a bug; they are left where they are, and what it was is in the log."""


@dataclass(frozen=True, slots=True)
class FromPrinter:
    """A file that a printer has written."""

    name: str
    content: bytes
    printer_name: str


def file_printers() -> list[FilePrinter]:
    """Return the printers that take files and for which there is an account."""
    found = [provider(name) for name, kind in PROVIDERS.items() if issubclass(kind, FilePrinter)]
    return [
        each
        for each in found
        if isinstance(each, FilePrinter) and all(map(each.options.get, each.required_options))
    ]


def process(file: FromPrinter) -> Acknowledged | Applied:
    """Record what a file says; safe to repeat.

    Raises:
        UnknownFile: nobody knows what it is; nothing was changed.
    """
    now = clock.now()
    if is_acknowledgement(file.name):
        return acknowledge_file(file.name, file.content, now=now)
    if is_response_file(file.name):
        try:
            return apply_file(file.name, file.content, printer_name=file.printer_name, now=now)
        except NotAResponseFile as error:
            raise UnknownFile(str(error)) from error
    raise UnknownFile("it is called neither NOTIFY-<time>-ACK.TXT nor NOTIFY-<time>-RSP.TXT")


def read_all() -> int:
    """Read what printers have written, and remove each file once all it says is recorded.

    Returns:
        How many files were read.

    Raises:
        FilesNotRead: some met a bug; the others were read.
    """
    count = failed = 0
    for printer in file_printers():
        try:
            with printer.connect() as folders:
                for name in folders.names_from_printer():
                    if not (is_acknowledgement(name) or is_response_file(name)):
                        continue
                    is_read = _is_read(printer, folders, name)
                    count, failed = count + is_read, failed + (not is_read)
        except ProviderError as error:
            logger.warning("the files of printer %s are not read: %s", printer.name, error)
    if failed:
        raise FilesNotRead(f"{failed} files of a printer could not be read")
    return count


def _is_read(printer: FilePrinter, folders: PrinterFolders, name: str) -> bool:
    content = folders.read_from_printer(name, most=MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        logger.error("file %s of printer %s is too large to be read", name, printer.name)
        return False
    try:
        process(FromPrinter(name, content, printer.name))
    except Exception:
        # The others shall not wait for it, and nobody removes it.
        logger.exception("file %s of printer %s cannot be read", name, printer.name)
        return False
    folders.remove_from_printer(name)
    return True
