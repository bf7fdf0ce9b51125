"""What every printer is that takes files of many letters away from a folder."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import BinaryIO

from notifications.providers.base import Printer, RequestRefused


class PrinterFolders(ABC):
    """The two folders of a printer that takes files, while a connection to it lasts.

    All but ``rename`` raise ``Unavailable`` if the printer does not answer, or not with that.
    """

    @abstractmethod
    def upload(self, content: BinaryIO, name: str) -> None:
        """Write a file for the printer, over one of that name."""

    @abstractmethod
    def size_of(self, name: str) -> int | None:
        """Return how long a file for the printer is; None if there is none."""

    @abstractmethod
    def rename(self, name: str, to: str) -> None:
        """Give a file for the printer another name, which no other file has.

        Raises:
            OutcomeUnknown: anything went wrong; it may have that name.
        """

    @abstractmethod
    def remove(self, name: str) -> bool:
        """Remove a file for the printer; false if there is none."""

    @abstractmethod
    def names_from_printer(self) -> list[str]:
        """Return the names of the files that the printer has written."""

    @abstractmethod
    def read_from_printer(self, name: str, *, most: int) -> bytes:
        """Return what the printer has written into a file, no more bytes of it than some."""

    @abstractmethod
    def remove_from_printer(self, name: str) -> None:
        """Remove a file that the printer has written; one that is gone is no trouble."""


class FilePrinter(Printer[str]):
    """A printer that takes files of many letters away from a folder."""

    takes_files = True

    @abstractmethod
    def connect(self) -> AbstractContextManager[PrinterFolders]:
        """Open the printer's folders, until the block ends.

        Raises:
            Unavailable: nobody answers, or not the one whom we know.
        """

    def send(self, message: str) -> None:
        """Refuse a letter by itself."""
        del message
        raise RequestRefused("takes-files")
