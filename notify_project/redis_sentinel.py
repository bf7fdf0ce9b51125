"""Redis behind Sentinel, which knows where the primary is.

``sentinel://[user:password@]host:port,host:port/name[/database]``; the credentials are those of the
primary, ``?sentinel_password=`` is Sentinel's own.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis
from redis.sentinel import Sentinel

SCHEME = "sentinel://"
PORT = 26379


@dataclass(frozen=True, slots=True)
class Address:
    """Who is asked for the primary, and what is said to it."""

    sentinels: tuple[tuple[str, int], ...]
    name: str
    database: int
    username: str | None
    password: str | None = field(repr=False)
    sentinel_password: str | None = field(repr=False)


def is_sentinel(url: str) -> bool:
    """Say whether a URL names Sentinels, and not Redis itself."""
    return url.startswith(SCHEME)


def parse(url: str) -> Address:
    """Read a URL.

    Raises:
        ValueError: it is not one of Sentinels; the text shows no password.
    """
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    name, _, database = parts.path.strip("/").partition("/")
    if not hosts or not name or not (database or "0").isdecimal():
        raise ValueError(f"REDIS_URL must look like {SCHEME}host:port,host:port/name/0")
    own = parse_qs(parts.query).get("sentinel_password", [None])
    return Address(
        sentinels=tuple(_host(each) for each in hosts.split(",")),
        name=unquote(name),
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_password=own[0],
    )


def client(url: str, **options: Any) -> Redis:
    """Return a client that follows the primary; errors are redis-py's own."""
    address = parse(url)
    sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py has no types here
        address.sentinels,
        sentinel_kwargs={
            "password": address.sentinel_password,
            "socket_connect_timeout": options.get("socket_connect_timeout"),
            "socket_timeout": options.get("socket_timeout"),
        },
        db=address.database,
        username=address.username,
        password=address.password,
        **options,
    )
    find = sentinel.master_for
    primary: Redis = find(address.name, redis_class=Redis)  # type: ignore[no-untyped-call]  # as above
    return primary


def queue_config(url: str) -> dict[str, Any]:
    """Return how django-rq is told where Redis is."""
    if not is_sentinel(url):
        return {"URL": url, "REDIS_CLIENT_KWARGS": {"socket_connect_timeout": 0.5}}
    address = parse(url)
    return {
        "SENTINELS": list(address.sentinels),
        "MASTER_NAME": address.name,
        "DB": address.database,
        "USERNAME": address.username,
        "PASSWORD": address.password,
        "CONNECTION_KWARGS": {"socket_connect_timeout": 0.5},
        "SENTINEL_KWARGS": {
            "password": address.sentinel_password,
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
        },
    }


def _host(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(PORT))
    if not port.isdecimal():
        raise ValueError("a Sentinel in REDIS_URL has a port that is no number")
    return host.strip("[]"), int(port)
