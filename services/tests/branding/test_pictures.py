import pytest

from services.branding.pictures import MAX_SIDE, is_whole
from services.tests.branding import pictures
from services.tests.branding.pictures import GIF, JPEG, PNG

KINDS = {"image/png": PNG, "image/jpeg": JPEG, "image/gif": GIF}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_whole_up_to_its_last_byte(kind):
    content = KINDS[kind]

    assert is_whole(content, kind)
    assert not any(is_whole(content[:end], kind) for end in range(len(content)))


@pytest.mark.parametrize(("width", "is_shown"), [(0, False), (MAX_SIDE, True), (2001, False)])
def test_a_picture_has_a_size_that_can_be_shown(width, is_shown):
    size = width.to_bytes(2, "big")
    contents = {
        "image/png": pictures.png(width, 1, lambda x, y: (0, 0, 0, 255)),
        "image/jpeg": JPEG.replace(b"\x08\x00\x01\x00\x01", b"\x08\x00\x01" + size),
        "image/gif": GIF[:6] + size[::-1] + GIF[8:],
    }

    assert {is_whole(content, kind) for kind, content in contents.items()} == {is_shown}


def test_a_damaged_or_pretended_png_is_not_whole():
    script = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"
    damaged = PNG.replace(b"\x08\x06\0\0\0", b"\x08\x02\0\0\0")

    assert damaged != PNG
    assert not is_whole(damaged, "image/png")
    assert not is_whole(script, "image/png")


def test_segments_of_a_jpeg_that_lead_nowhere_end():
    assert not is_whole(b"\xff\xd8\xff\xe0\x00\x00\xff\xd9", "image/jpeg")
