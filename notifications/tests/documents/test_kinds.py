import pytest

from notifications.documents.kinds import mime_type_of
from notifications.tests.documents.conftest import archive

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
PARTS = ["[Content_Types].xml", "_rels/.rels"]
PROPERTIES = [f"docProps/{number}.xml" for number in range(9)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30), "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(30), "image/jpeg"),
        (rb"{\rtf1\ansi hello}", "application/rtf"),
        (archive(*PARTS, "word/document.xml"), WORD),
        (archive(*PROPERTIES, *PARTS, "word/document.xml"), WORD),
        (archive("customXml/item1.xml", *PARTS, "xl/workbook.xml"), EXCEL),
        (archive("mimetype", "content.xml"), "application/vnd.oasis.opendocument.text"),
        (archive("a.txt"), "application/zip"),
        (archive("a.txt")[:40], "application/zip"),
        (OLE + bytes.fromhex("eca5c100") + bytes(600), "application/msword"),
        (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "application/msword"),
        (OLE + bytes(600) + "Workbook".encode("utf-16-le"), "application/x-ole-storage"),
        (OLE + bytes.fromhex("0908100000060500") + bytes(600), "application/vnd.ms-excel"),
        (b"GIF89a" + bytes(30), "image/gif"),
        (b"MZ" + bytes(60), "application/x-msdownload"),
        (b"hello", "text/plain"),
        (b"a,b\r\n1,2\r\n", "text/plain"),
        ("café".encode("latin-1"), "text/plain"),
        ("\ufeffcafé\t\x1b[1m".encode(), "text/plain"),
        ("café".encode("utf-16"), "text/plain"),
        (b' {"a": [1]}', "application/json"),
        (b"[1, 2]\n", "application/json"),
        (b"{not json}", "text/plain"),
        (b"5", "text/plain"),
        (b"text\0", "application/octet-stream"),
        (b"\x7ftext", "application/octet-stream"),
        (b"", "application/x-empty"),
    ],
    ids=range(28),
)
def test_the_content_tells_the_kind(content, expected):
    assert mime_type_of(content) == expected
