"""A printer that takes zip files away from a folder of its SFTP server."""

from contextlib import AbstractContextManager

from notifications.providers.file_printer import FilePrinter, PrinterFolders


class SftpPrinter(FilePrinter):
    """A printer with an SFTP server, whose key is known."""

    name = "sftp"
    required_options = ("host", "username", "host_keys")

    def connect(self) -> AbstractContextManager[PrinterFolders]:
        """Open the printer's folders, until the block ends."""
        # The library takes a tenth of a second to load, and few processes ever need it.
        from notifications.providers.sftp_printer.folders import open_folders  # noqa: PLC0415

        return open_folders(self.options)
