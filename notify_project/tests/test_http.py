import socket
import threading
import time
from contextlib import suppress

import pytest
from werkzeug import Response

from notify_project import http


@pytest.fixture(autouse=True)
def _public_addresses_only(settings):
    settings.HTTP_ALLOW_PRIVATE = False


def test_a_private_address_is_refused(httpserver):
    httpserver.expect_request("/").respond_with_data("secret")

    with pytest.raises(http.AddressRefused) as raised:
        http.post(httpserver.url_for("/"))

    assert httpserver.log == []
    assert not http.may_have_arrived(raised.value)


def test_a_name_that_turns_private_when_it_is_asked_again_is_refused(httpserver, monkeypatch):
    httpserver.expect_request("/").respond_with_data("secret")
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", httpserver.port))
    public = (*here[:4], ("93.184.215.14", httpserver.port))
    answers = iter([[public], [here]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))

    with pytest.raises(http.AddressRefused):
        http.post(f"http://rebound.example:{httpserver.port}/")

    assert httpserver.log == []


def test_the_operators_own_address_may_be_private(httpserver):
    httpserver.expect_request("/").respond_with_data("ok")

    assert http.post(httpserver.url_for("/"), trusted=True).text == "ok"


def test_a_redirect_is_not_followed(httpserver):
    httpserver.expect_request("/").respond_with_data(
        status=302, headers={"Location": httpserver.url_for("/elsewhere")}
    )

    response = http.post(httpserver.url_for("/"), trusted=True)

    assert response.status_code == 302
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_an_unknown_host_has_surely_received_nothing(trusted):
    with pytest.raises(http.RequestException) as raised:
        http.post("http://nowhere.invalid/", trusted=trusted)

    assert not http.may_have_arrived(raised.value)


def test_a_closed_port_has_surely_received_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(http.RequestException) as raised:
        http.post(f"http://127.0.0.1:{port}/", trusted=True)

    assert not http.may_have_arrived(raised.value)


def test_who_does_not_answer_may_have_received_it():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        with pytest.raises(http.ReadTimeout) as raised:
            http.post(url, trusted=True, timeout=0.2)

    assert http.may_have_arrived(raised.value)


def test_who_sends_a_byte_now_and_then_is_not_waited_for():
    def drip():
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(30):
                connection.sendall(b"X: y\r\n")
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()

        with pytest.raises(http.ReadTimeout):
            http.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", trusted=True, timeout=0.5)

    assert time.monotonic() - began < 1


def test_a_status_is_asked_for_without_looking_where_a_redirect_leads(httpserver):
    moved = Response("moved", status=302, headers={"Location": "nowhere://x"})
    httpserver.expect_request("/").respond_with_handler(lambda _: moved)

    codes = [http.post_for_head(httpserver.url_for("/"), trusted=True).code for _ in range(3)]

    assert codes == [302] * 3
    assert [request.path for request, _ in httpserver.log] == ["/"] * 3


def test_a_cookie_is_not_kept(httpserver):
    httpserver.expect_request("/").respond_with_data("ok", headers={"Set-Cookie": "a=b"})

    for _ in range(2):
        http.post(httpserver.url_for("/"), trusted=True)

    assert ["Cookie" in request.headers for request, _ in httpserver.log] == [False, False]
