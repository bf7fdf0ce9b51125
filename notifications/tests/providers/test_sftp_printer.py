"""A printer's SFTP server: known by its key, and what each failure means."""

import io

import paramiko
import pytest

from deploy.stub_sftp import StubSftp
from notifications.providers.base import OutcomeUnknown, RequestRefused, Unavailable
from notifications.providers.sftp_printer import SftpPrinter, folders


@pytest.fixture
def stub(tmp_path):
    with StubSftp(tmp_path) as stub:
        yield stub


def printer(stub, **options):
    return SftpPrinter({**stub.options, **options})


def test_a_file_is_written_measured_named_and_removed(stub):
    with printer(stub).connect() as folders:
        folders.upload(io.BytesIO(b"x" * 100_000), "a.part")
        assert (folders.size_of("a.part"), folders.size_of("a")) == (100_000, None)
        folders.rename("a.part", "a")
        assert (folders.size_of("a.part"), folders.size_of("a")) == (None, 100_000)
        assert [folders.remove("a"), folders.remove("a")] == [True, False]


def test_a_file_never_takes_the_place_of_another(stub):
    with printer(stub).connect() as folders:
        folders.upload(io.BytesIO(b"one"), "a")
        folders.upload(io.BytesIO(b"two"), "b")
        with pytest.raises(OutcomeUnknown):
            folders.rename("b", "a")

    assert (stub.folder / "to-printer" / "a").read_bytes() == b"one"


def test_the_printers_files_are_read_and_removed(stub):
    (stub.folder / "from-printer" / "x").write_bytes(b"hello")

    with printer(stub).connect() as folders:
        assert folders.names_from_printer() == ["x"]
        assert folders.read_from_printer("x", most=4) == b"hell"
        assert folders.read_from_printer("x", most=6) == b"hello"
        folders.remove_from_printer("x")
        folders.remove_from_printer("x")
        with pytest.raises(Unavailable, match="read: ENOENT"):
            folders.read_from_printer("x", most=6)


def connect(provider):
    with provider.connect():
        pass


def test_a_server_with_another_key_gets_nothing(stub):
    with pytest.raises(Unavailable, match="SFTP_HOST_KEYS"):
        connect(printer(stub, host_keys="SHA256:another SHA256:one"))


def test_one_of_several_keys_is_enough(stub):
    connect(printer(stub, host_keys=f"SHA256:another {stub.options['host_keys']}"))


def test_a_wrong_password_says_nothing_of_itself(stub):
    with pytest.raises(Unavailable, match="log in: AuthenticationException") as raised:
        connect(printer(stub, password="not-the-password"))

    assert "not-the-password" not in str(raised.value)


def test_a_key_opens_the_server_too(tmp_path):
    key = paramiko.RSAKey.generate(2048)
    path = tmp_path / "key"
    key.write_private_key_file(str(path))
    with StubSftp(tmp_path, password="", client_key=key) as stub:
        connect(printer(stub, key_file=str(path)))
        with pytest.raises(Unavailable, match="log in"):
            connect(printer(stub))


def test_a_key_that_is_not_there_is_the_printers_absence(stub):
    with pytest.raises(Unavailable, match="log in"):
        connect(printer(stub, key_file="/nowhere/key"))


def test_nobody_listens(stub):
    with pytest.raises(Unavailable, match="connect: ECONNREFUSED"):
        connect(printer(stub, port="1"))


def test_an_upload_that_takes_too_long_is_given_up(stub, monkeypatch):
    monkeypatch.setattr(folders, "UPLOAD_SECONDS", -1)

    with printer(stub).connect() as there, pytest.raises(Unavailable, match="upload: Timeout"):
        there.upload(io.BytesIO(b"x"), "a.part")


def test_it_takes_no_letter_by_itself(stub):
    with pytest.raises(RequestRefused):
        printer(stub).send("x")
