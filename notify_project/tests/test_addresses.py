"""How strangers try to make a server call its own network, and that none of it works."""

import socket

import pytest

from notify_project import http
from notify_project.addresses import BadAddress, is_public, require_callable

PRIVATE = [
    *["127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"],
    *["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "0.0.0.0"],
    *["224.0.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1", "198.18.0.1", "192.0.2.1"],
    *["::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fd00:ec2::254", "fec0::1", "ff0e::1"],
    *["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::ffff:0:127.0.0.1"],
    *["64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "64:ff9b:1::7f00:1"],
    *["2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "100::1"],
]
PUBLIC = [
    *["93.184.215.14", "1.1.1.1", "::ffff:1.1.1.1", "64:ff9b::101:101"],
    *["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:4860:4860::8888"],
]
# Other ways to write 127.0.0.1 that some resolver or library understands.
ODD_NUMBERS = [
    *["2130706433", "0x7f000001", "0X7F000001", "017700000001", "127.1", "127.0.1"],
    *["0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.0.0.0x1", "127.000.000.001", "2130706433."],
    *["1.2.3.4.5", "99999999999", "0x", "example.0x7f", "example.1"],
]
NAMES = [
    *["localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain"],
    *["printer.local", "metadata.google.internal", "metadata.google.internal.", "redis", "db"],
    *["router.lan", "nas.home.arpa", "wiki.intranet"],
]
TRICKS = {
    "credentials": "https://user:password@example.org/",
    "host as credentials": "https://example.org@127.0.0.1/",
    "empty credentials": "https://@127.0.0.1/",
    "backslash": "https://example.org\\@127.0.0.1/",
    "fragment": "https://example.org#@127.0.0.1/",
    "space": "https://example.org /",
    "line break": "https://example.org/\r\nHost: 127.0.0.1",
    "tab in the scheme": "ht\ttps://127.0.0.1/",
    "other scheme": "http://example.org/",
    "scheme in capitals": "HTTPS://example.org/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "no host": "https:///etc",
    "port only": "https://:443/",
    "port zero": "https://example.org:0/",
    "port too high": "https://example.org:65536/",
    "port of letters": "https://example.org:port/",
    "percent": "https://127.0.0.1%2f/",
    "encoded dots": "https://127%2e0%2e0%2e1/",
    "encoded letter": "https://%6cocalhost/",
    "circled digits": "https://①②⑦.⓪.⓪.①/",
    "wide digits": "https://\uff11\uff12\uff17.0.0.1/",
    "ideographic dots": "https://127。0。0。1/",
    "wide letters": "https://\uff4cocalhost/",
    "zone": "https://[fe80::1%25eth0]/",
    "broken brackets": "https://[::1/",
    "brackets around a name": "https://[localhost]/",
    "comma": "https://example.org,127.0.0.1/",
    "two hosts": "https://127.0.0.1:80:example.org/",
    "empty label": "https://../",
    "too long": "https://example.org/" + "x" * 2000,
}


def in_url(host):
    return f"https://[{host}]/" if ":" in host else f"https://{host}/"


@pytest.mark.parametrize("address", PRIVATE)
def test_these_are_no_public_addresses(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_these_are_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize("host", [*PRIVATE, *ODD_NUMBERS, *NAMES])
def test_a_private_host_is_refused_however_it_is_written(host):
    with pytest.raises(BadAddress):
        require_callable(in_url(host), only_public=True)


@pytest.mark.parametrize("url", TRICKS.values(), ids=TRICKS)
@pytest.mark.parametrize("only_public", [True, False], ids=["public only", "private allowed"])
def test_an_address_that_two_readers_could_understand_differently_is_refused(url, only_public):
    with pytest.raises(BadAddress):
        require_callable(url, only_public=only_public)


@pytest.mark.parametrize(
    "url",
    [
        *map(in_url, PUBLIC),
        "https://example.org",
        "https://example.org./told",
        "https://xn--bcher-kva.example:8443/a%20b?c=d&e=@f",
        "https://127.0.0.1.example.org/",
        "https://4chan.example/",
    ],
)
def test_what_is_public_and_plain_may_be_called(url):
    require_callable(url, only_public=True)


@pytest.mark.parametrize("url", ["https://10.1.2.3:8443/told", "https://redis/", "https://[::1]/"])
def test_an_installation_may_allow_its_own_network(url):
    require_callable(url, only_public=False)


@pytest.mark.parametrize(
    "host",
    [
        *["127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1"],
        *["localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]"],
    ],
)
def test_nothing_arrives_at_our_own_server_whatever_it_is_called(httpserver, settings, host):
    settings.HTTP_ALLOW_PRIVATE = False
    httpserver.expect_request("/").respond_with_data("secret")

    with pytest.raises(http.RequestException):
        http.post(f"http://{host}:{httpserver.port}/")

    assert httpserver.log == []


@pytest.mark.parametrize("address", [address for address in PRIVATE if "%" not in address])
def test_a_public_name_that_leads_to_a_private_address_is_refused(settings, monkeypatch, address):
    settings.HTTP_ALLOW_PRIVATE = False
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443)),
        (family, socket.SOCK_STREAM, 6, "", (address, 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with pytest.raises(http.AddressRefused):
        http.post("https://127.0.0.1.nip.example/")
