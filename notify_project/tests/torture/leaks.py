"""What must be nowhere but in the database: recipients and values, looked for all along."""

import re
import threading
import zlib

from redis import RedisError

from notify_project.tests.torture.load import MAIL_DOMAIN, NAME, PHONE

LOOK_EVERY_SECONDS = 1.0
PERSONAL = re.compile(
    rf"{NAME}\d+|{NAME.lower()}\d+@{re.escape(MAIL_DOMAIN)}|(?<!\d)(?:0|44|\+44){PHONE[1:]}\d{{6}}(?!\d)".encode()
)
READERS = {
    b"string": lambda client, key: [client.get(key) or b""],
    b"hash": lambda client, key: [part for pair in client.hgetall(key).items() for part in pair],
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: list(client.smembers(key)),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"stream": lambda client, key: [
        part for _, values in client.xrange(key) for pair in values.items() for part in pair
    ],
}


class Watch:
    """Looks through all of Redis every second, and through what was logged at the end."""

    def __init__(self, world) -> None:
        self.world = world
        self.found: set[str] = set()
        self.looks = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._log_sizes: dict = {}

    def __enter__(self):
        self._log_sizes = {path: path.stat().st_size for path in self._logs()}
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def complaints(self) -> list[str]:
        """Return where something personal was found."""
        for path in self._logs():
            with path.open("rb") as file:
                file.seek(self._log_sizes.get(path, 0))
                self._search(f"the log of {path.stem}", file.read())
        if not self.looks:
            return ["Redis was never looked through"]
        return [f"personal data in {place}" for place in sorted(self.found)]

    def _logs(self):
        return (self.world.directory / "log").glob("*.log")

    def _look(self) -> None:
        client = self.world.redis
        while not self._over.wait(LOOK_EVERY_SECONDS):
            try:
                for key in client.scan_iter(count=1000):
                    self._search_key(client, key)
                self.looks += 1
            except RedisError:
                continue  # it is what is broken just now

    def _search_key(self, client, key: bytes) -> None:
        read = READERS.get(client.type(key))
        for part in [key, *(read(client, key) if read else [])]:
            name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", key.decode(errors="replace"))
            self._search(f"Redis, {name}", part)
            self._search(f"Redis, {name}", _unpacked(part))

    def _search(self, place: str, content: bytes) -> None:
        if PERSONAL.search(content):
            self.found.add(place)


def _unpacked(content: bytes) -> bytes:
    """Return what RQ has compressed; nothing for anything else."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""
