"""Which files are stored, for work on many letters: each folder is listed once."""

from collections import defaultdict

from notifications.letters import files
from notifications.models import Notification
from notify_project import storage
from notify_project.storage import Area


class Listing:
    """Files of letters, by folder and reference, as they were when a folder was first asked for.

    A folder may hold the letters of a whole day: listing it for each of them would take hours.
    """

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, list[str]]] = {}

    def names_of(self, letter: Notification, folder: str) -> list[str]:
        """Return the full names of a letter's files in a folder.

        Raises:
            StorageAway: it cannot be said what is there.
        """
        return self._names_in(folder).get((letter.reference or "").upper(), [])

    def delete_all(self, letter: Notification) -> None:
        """Remove every file of a letter.

        Raises:
            StorageAway: some may still be there.
        """
        for folder in files.folders_of(letter):
            for name in self.names_of(letter, folder):
                storage.delete(Area.LETTERS, name)

    def _names_in(self, folder: str) -> dict[str, list[str]]:
        if folder not in self._folders:
            names: dict[str, list[str]] = defaultdict(list)
            for name in storage.names(Area.LETTERS, folder):
                if reference := files.reference_in(name):
                    names[reference].append(name)
            self._folders[folder] = dict(names)
        return self._folders[folder]
