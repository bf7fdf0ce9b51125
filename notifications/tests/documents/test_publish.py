import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError

from notifications.documents.given import opened
from notifications.documents.publish import dummy_urls, publish, unpublish
from notifications.documents.sealing import DocumentKey
from notifications.models import Document
from notify_project import clock
from notify_project.storage import StorageAway
from services.tests.factories import ServiceFactory

TWO = {
    "one": {"file": "aGVsbG8=", "filename": "one.txt"},
    "two": {"file": "d29ybGQ=", "retention_period": "1 week"},
}


def stored(files):
    return [path for path in (files / "documents").rglob("*") if path.is_file()]


def publish_two(service_id, notification_id=None, now=None):
    return publish(
        opened(TWO),
        service_id=service_id,
        recipient=" Jo@Example.com ",
        notification_id=notification_id or uuid4(),
        now=now or clock.now(),
    )


def test_each_file_gets_a_link_and_a_row(db, files):
    service, notification_id, now = ServiceFactory(), uuid4(), clock.now()

    links = publish_two(service.id, notification_id, now)

    rows = {str(row.id): row for row in Document.objects.all()}
    weeks = {"one": 26, "two": 1}
    assert list(links) == ["one", "two"]
    for key, url in links.items():
        found = re.fullmatch(r"http://testserver/documents/([0-9a-f-]{36})\?key=[\w-]{43}", url)
        row = rows[found[1]]
        assert (row.service_id, row.notification_id) == (service.id, notification_id)
        assert (row.size, row.mime_type, row.confirm_email) == (5, "text/plain", True)
        assert (row.created_at, row.expires_at) == (now, now + timedelta(weeks=weeks[key]))
        assert (files / "documents" / row.stored_name).exists()


def test_what_is_stored_tells_nothing_about_file_recipient_or_key(db, files):
    links = publish_two(ServiceFactory().id)

    columns = [value for row in Document.objects.values() for value in row.values()]
    kept = b"\n".join(
        [path.read_bytes() for path in stored(files)]
        + [bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in columns]
    )
    keys = [url.partition("key=")[2] for url in links.values()]
    for secret in (b"hello", b"world", b"one.txt", b"jo@example.com", *map(str.encode, keys)):
        assert secret not in kept
    for key in keys:
        assert DocumentKey.read(key).secret not in kept


def test_a_key_is_not_shown_by_accident():
    key = DocumentKey.new()

    assert str(key) not in repr(key)
    assert "secret" not in repr(key)


def test_nothing_stays_of_files_whose_rows_cannot_be_written(transactional_db, files):
    with pytest.raises(IntegrityError):
        publish_two(uuid4())

    assert stored(files) == []
    assert not Document.objects.exists()


def test_nothing_stays_when_the_second_file_cannot_be_written(db, files, settings, tmp_path):
    service, now = ServiceFactory(), clock.now()
    # A file where the folder of the second one would be.
    (files / "documents").mkdir()
    (files / "documents" / f"{now + timedelta(weeks=1):%Y-%m-%d}").write_bytes(b"")

    with pytest.raises(StorageAway):
        publish_two(service.id, now=now)

    assert [path.read_bytes() for path in stored(files)] == [b""]
    assert not Document.objects.exists()


def test_what_was_published_for_a_refused_email_is_removed(db, files, publish_one):
    kept, notification_id = publish_one(), uuid4()
    publish_two(ServiceFactory().id, notification_id)

    unpublish(notification_id)
    unpublish(notification_id)

    assert list(Document.objects.all()) == [kept.row]
    assert len(stored(files)) == 1


def test_simulated_emails_link_to_a_page_that_explains_itself():
    assert dummy_urls(TWO) == {
        "one": "http://testserver/documents/test-document",
        "two": "http://testserver/documents/test-document",
    }
