from datetime import timedelta

import pytest

from notifications.documents import purge as module
from notifications.documents.purge import purge, purge_expired_documents
from notifications.models import Document
from notify_project import clock, storage
from notify_project.storage import Area, FileMissing, StorageAway


def has_file(document):
    try:
        storage.read(Area.DOCUMENTS, document.row.stored_name)
    except FileMissing:
        return False
    return True


def test_what_has_expired_goes_with_its_file_and_the_rest_stays(publish_one):
    now = clock.now()
    expired = publish_one(now=now - timedelta(weeks=1), retention_period="1 week")
    living = publish_one(now=now - timedelta(days=6, hours=23), retention_period="1 week")

    assert purge(now) == 1

    assert list(Document.objects.all()) == [living.row]
    assert (has_file(expired), has_file(living)) == (False, True)


def test_more_than_one_batch_is_removed(publish_one, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    for _ in range(5):
        publish_one(now=clock.now() - timedelta(weeks=30))

    assert purge(clock.now()) == 5
    assert not Document.objects.exists()


def test_a_file_without_a_row_goes_once_its_day_is_over(publish_one):
    now = clock.now()
    yesterday, today = f"{now - timedelta(days=1):%Y-%m-%d}", f"{now:%Y-%m-%d}"
    for folder in (yesterday, today):
        storage.save(Area.DOCUMENTS, f"{folder}/left", b"x")

    purge_expired_documents()

    assert storage.names(Area.DOCUMENTS, yesterday) == []
    assert storage.names(Area.DOCUMENTS, today) == [f"{today}/left"]


def test_a_row_whose_file_is_gone_already_goes_too(publish_one):
    document = publish_one(now=clock.now() - timedelta(weeks=30))
    storage.delete(Area.DOCUMENTS, document.row.stored_name)

    assert purge(clock.now()) == 1


def test_a_file_that_cannot_be_deleted_keeps_its_row_and_nobody_elses(publish_one, files):
    bad = publish_one(now=clock.now() - timedelta(weeks=30))
    publish_one(now=clock.now() - timedelta(weeks=40))
    place = files / "documents" / bad.row.stored_name
    place.unlink()
    place.mkdir()
    (place / "in-the-way").write_bytes(b"")

    with pytest.raises(ExceptionGroup, match="1 files could not be removed"):
        purge(clock.now())

    assert list(Document.objects.all()) == [bad.row]


def test_a_folder_that_cannot_be_read_does_not_keep_the_files_of_other_days(publish_one, files):
    now = clock.now()
    publish_one(now=now - timedelta(weeks=30))
    days = [f"{now - timedelta(days=back):%Y-%m-%d}" for back in (1, 2, 3)]
    storage.save(Area.DOCUMENTS, days[0], b"a file where a folder should be")
    storage.save(Area.DOCUMENTS, f"{days[1]}/bad/in-the-way", b"x")
    storage.save(Area.DOCUMENTS, f"{days[1]}/left", b"x")
    storage.save(Area.DOCUMENTS, f"{days[2]}/left", b"x")

    with pytest.raises(ExceptionGroup, match="1 files could not be removed"):
        purge(now)

    assert not Document.objects.exists()
    assert [storage.names(Area.DOCUMENTS, day) for day in days[1:]] == [[], []]


def test_a_document_that_cannot_be_read_is_not_gone(publish_one, files, client):
    document = publish_one(confirm_email_before_download=False)
    place = files / "documents" / document.row.stored_name
    place.rename(place.with_suffix(".away"))
    place.mkdir()
    link = f"{document.path}/file?key={document.key}"

    client.raise_request_exception = False
    refused = client.get(link)
    place.rmdir()
    place.with_suffix(".away").rename(place)

    assert refused.status_code == 503
    assert "Try again in a few minutes" in refused.content.decode()
    assert client.get(link).content == b"hello"


def test_a_storage_that_is_away_is_not_asked_for_every_file(publish_one, monkeypatch):
    monkeypatch.setattr(storage, "FAILURES_IN_A_ROW", 2)
    documents = [publish_one(now=clock.now() - timedelta(weeks=30)) for _ in range(5)]
    asked = []

    def fail(area, name):
        asked.append(name)
        raise StorageAway

    monkeypatch.setattr(storage, "delete", fail)

    with pytest.raises(ExceptionGroup, match="2 files could not be removed"):
        purge(clock.now())

    assert len(asked) == 2
    assert Document.objects.count() == len(documents)
