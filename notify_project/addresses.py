"""Which addresses strangers may have us call: public ones, written in the usual way."""

import ipaddress
import re
from urllib.parse import urlsplit

LONGEST_URL = 2000

# Source: RFC 6052, RFC 4291, RFC 7526 and RFC 9637.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # for protocols; the metadata of Oracle's machines
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # the host of machines in Azure, though its network is a public one
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",  # for documentation
    )
]
# Source: RFC 6761, RFC 6762, RFC 8375 and ICANN's reservation of .internal.
_PRIVATE_NAMES = ("localhost", "localdomain", "local", "internal", "home.arpa", "lan", "intranet")
_PLAIN = re.compile(r"[!-~]+")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
# Such a name is read as an IPv4 address by some: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
_ENDS_IN_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?")


class BadAddress(ValueError):
    """An address that is not called, whatever is behind it; the text says why."""


def is_public(address: str) -> bool:
    """Say whether an IP address is reachable by everybody."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found not in _GLOBAL_UNICAST:
            return False
    if any(found in network for network in _NOT_PUBLIC):
        return False
    return found.is_global and not found.is_multicast


def require_callable(url: str, *, only_public: bool) -> None:
    """Check what can be seen of an address without asking anybody.

    Args:
        url: an https address.
        only_public: refuse hosts that are private by their name or number, too.

    Raises:
        BadAddress: the text says why.
    """
    if not url.startswith("https://"):
        raise BadAddress("must begin with https:// and a host")
    if len(url) > LONGEST_URL:
        raise BadAddress(f"has at most {LONGEST_URL} characters")
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise BadAddress("has only visible ASCII characters, and no backslash")
    if "#" in url:
        raise BadAddress("must not have a fragment: it would never be sent")
    _require_usual_host(_host(url), only_public=only_public)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress("must begin with https:// and a host") from None
    if "@" in parts.netloc:
        raise BadAddress("must not hold a user name or password")
    if not host:
        raise BadAddress("must begin with https:// and a host")
    if port == 0:
        raise BadAddress("has a port that does not exist")
    return host


def _require_usual_host(host: str, *, only_public: bool) -> None:
    number = _number(host)
    if number is None and not _HOST_NAME.fullmatch(host):
        raise BadAddress("has a host that is neither a name nor a number")
    if number is None and _ENDS_IN_NUMBER.fullmatch(host):
        raise BadAddress("has an IP address as its host that is not written in the usual way")
    if only_public and (_is_private_name(host) if number is None else not is_public(number)):
        raise BadAddress("has a host in a private network")


def _number(host: str) -> str | None:
    if "%" in host:
        return None
    try:
        return str(ipaddress.ip_address(host.removesuffix(".")))
    except ValueError:
        return None


def _is_private_name(host: str) -> bool:
    name = host.removesuffix(".")
    return "." not in name or any(name.endswith(f".{private}") for private in _PRIVATE_NAMES)
