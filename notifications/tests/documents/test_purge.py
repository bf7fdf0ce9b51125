from datetime import timedelta

import pytest

from notifications.documents import purge as module
from notifications.documents.purge import purge, purge_expired_documents
from notifications.models import Document
from notify_project import clock, storage
from notify_project.storage import Area, FileMissing


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

    with pytest.raises(ExceptionGroup, match="1 documents could not be removed"):
        purge(clock.now())

    assert list(Document.objects.all()) == [bad.row]
