"""Files on disk, and in an S3-compatible store over HTTP."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import SuspiciousFileOperation
from moto.server import ThreadedMotoServer

from notify_project import storage
from notify_project.storage import Area, FileMissing, StorageAway
from notify_project.tests.full_disk import full_disk

BUCKET = "notify-files"
ACCOUNT = {"access_key": "id", "secret_key": "secret", "region_name": "eu-west-2"}


@pytest.fixture(scope="module")
def s3_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_url):
    s3 = boto3.resource(
        "s3",
        endpoint_url=s3_url,
        region_name=ACCOUNT["region_name"],
        aws_access_key_id=ACCOUNT["access_key"],
        aws_secret_access_key=ACCOUNT["secret_key"],
    )
    bucket = s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": ACCOUNT["region_name"]}
    )
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def in_s3(settings, s3_url, bucket):
    options = {**settings.S3_OPTIONS, **ACCOUNT, "bucket_name": BUCKET, "endpoint_url": s3_url}
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            area: {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": {**options, "location": area},
            }
            for area in Area
        },
    }


@pytest.fixture(params=["disk", "s3"])
def stored(request):
    """Store files in each of the places there are."""
    request.getfixturevalue("files" if request.param == "disk" else "in_s3")


@pytest.mark.usefixtures("stored")
def test_what_was_saved_is_read():
    storage.save(Area.LETTERS, "2026-11-25/A.PDF", b"%PDF-\0\xff")

    assert storage.read(Area.LETTERS, "2026-11-25/A.PDF") == b"%PDF-\0\xff"


@pytest.mark.usefixtures("stored")
def test_a_file_of_the_same_name_is_replaced_by_a_shorter_one():
    storage.save(Area.LETTERS, "a/b.txt", b"a long text")
    storage.save(Area.LETTERS, "a/b.txt", b"short")

    assert storage.read(Area.LETTERS, "a/b.txt") == b"short"
    assert storage.names(Area.LETTERS, "a") == ["a/b.txt"]


@pytest.mark.usefixtures("stored")
def test_areas_do_not_see_each_other():
    storage.save(Area.LETTERS, "a/b", b"letter")

    with pytest.raises(FileMissing):
        storage.read(Area.DOCUMENTS, "a/b")
    assert storage.names(Area.DOCUMENTS, "a") == []


@pytest.mark.usefixtures("stored")
def test_deleting_twice_is_no_trouble():
    storage.save(Area.DOCUMENTS, "a/b", b"x")

    storage.delete(Area.DOCUMENTS, "a/b")
    storage.delete(Area.DOCUMENTS, "a/b")

    with pytest.raises(FileMissing):
        storage.read(Area.DOCUMENTS, "a/b")


@pytest.mark.usefixtures("stored")
def test_a_folder_lists_its_own_files_sorted():
    for name in ("day/b", "day/a", "day/deeper/c", "other/d"):
        storage.save(Area.DOCUMENTS, name, b"x")

    assert storage.names(Area.DOCUMENTS, "day") == ["day/a", "day/b"]
    assert storage.names(Area.DOCUMENTS, "nowhere") == []


def test_a_file_is_on_the_disk_before_it_has_its_name_and_so_is_its_name(files, monkeypatch):
    place, flushed = files / "letters" / "day" / "a", []
    fsync = os.fsync

    def note(opened):
        flushed.append((Path(f"/proc/self/fd/{opened}").readlink(), place.exists()))
        fsync(opened)

    monkeypatch.setattr(os, "fsync", note)

    storage.save(Area.LETTERS, "day/a", b"x")

    [(half, had_a_name), (folder, has_a_name)] = flushed
    assert (half.parent, had_a_name) == (place.parent, False)
    assert (folder, has_a_name) == (place.parent, True)


def test_a_name_cannot_leave_its_area(files):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(Area.DOCUMENTS, "../../escaped", b"x")
    assert not (files.parent / "escaped").exists()


def test_a_storage_that_renames_is_not_accepted(settings, tmp_path):
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {
        **settings.STORAGES,
        "letters": {**disk, "OPTIONS": {"location": str(tmp_path)}},
    }
    storage.save(Area.LETTERS, "a", b"x")

    with pytest.raises(RuntimeError, match="renames"):
        storage.save(Area.LETTERS, "a", b"y")


@pytest.mark.usefixtures("files")
def test_a_file_that_does_not_fit_is_not_there_and_its_predecessor_is(files, caplog, counted):
    storage.save(Area.BRANDING, "logo", b"the old one")

    with full_disk(), pytest.raises(StorageAway):
        storage.save(Area.BRANDING, "logo", b"x" * 5000)
    with full_disk(), pytest.raises(StorageAway):
        storage.save(Area.BRANDING, "day/other", b"x" * 5000)

    assert storage.read(Area.BRANDING, "logo") == b"the old one"
    assert [path.name for path in files.rglob("*") if path.is_file()] == ["logo"]
    assert caplog.messages == ["the storage of branding failed: File too large"] * 2
    assert counted("notify_files_failed_total") == {("branding",): 2}


@pytest.mark.usefixtures("files")
def test_what_cannot_be_read_is_no_missing_file(files):
    for name in ("a/in-the-way", "b"):
        storage.save(Area.LETTERS, name, b"x")

    with pytest.raises(StorageAway):
        storage.read(Area.LETTERS, "a")
    with pytest.raises(StorageAway):
        storage.delete(Area.LETTERS, "a")
    with pytest.raises(StorageAway):
        storage.names(Area.LETTERS, "b")


@pytest.mark.usefixtures("in_s3")
@pytest.mark.parametrize(
    "use",
    [
        lambda: storage.save(Area.DOCUMENTS, "a", b"x"),
        lambda: storage.read(Area.DOCUMENTS, "a"),
        lambda: storage.delete(Area.DOCUMENTS, "a"),
        lambda: storage.names(Area.DOCUMENTS, "a"),
    ],
    ids=["save", "read", "delete", "names"],
)
def test_a_store_that_does_not_answer_is_told_apart_from_a_missing_file(settings, use):
    documents = settings.STORAGES["documents"]
    options = {**documents["OPTIONS"], "endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = {**settings.STORAGES, "documents": {**documents, "OPTIONS": options}}

    with pytest.raises(StorageAway):
        use()


def test_the_variables_of_an_installation_lead_to_its_bucket(s3_url, bucket):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "notify_project.settings",
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT_URL": s3_url,
        "S3_REGION": ACCOUNT["region_name"],
        "S3_ACCESS_KEY_ID": ACCOUNT["access_key"],
        "S3_SECRET_ACCESS_KEY": ACCOUNT["secret_key"],
    }
    program = (
        "import django; django.setup()\n"
        "from notify_project import storage\n"
        "storage.save(storage.Area.DOCUMENTS, 'day/one', b'sealed')"
    )

    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)

    [stored] = bucket.objects.all()
    assert stored.key == "documents/day/one"
    assert stored.get()["Body"].read() == b"sealed"
    assert stored.get()["ContentType"] == "application/octet-stream"
