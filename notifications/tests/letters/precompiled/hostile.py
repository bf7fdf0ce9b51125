"""PDFs that mean harm, or are broken."""

import zlib

PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources {} >>"


def pdf(*objects, root="/Type /Catalog /Pages 2 0 R"):
    """Return a file of these objects, the first after the catalogue being number 2."""
    written, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate([f"<< {root} >>", *objects], 1):
        offsets.append(len(written))
        raw = content if isinstance(content, bytes) else content.encode()
        written += b"%d 0 obj\n%s\nendobj\n" % (number, raw)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        % (
            len(offsets) + 1,
            table,
            len(offsets) + 1,
        )
        + b"startxref\n%d\n%%%%EOF" % len(written)
    )


def stream(data, entries=""):
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def one_page(content, *more, resources="<< >>", entries=""):
    return pdf(
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE.format(resources),
        stream(content, entries),
        *more,
    )


def bomb(megabytes=700):
    """Return a page whose instructions are packed into a thousandth of their size, twice."""
    packer = zlib.compressobj(9, wbits=-15)
    # After a full flush a part stands for itself, and can be repeated as it is.
    part = packer.compress(b"0 0 m " * 170_000) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = zlib.compress(b"\x78\xda" + part * megabytes + packer.flush(), 9)
    return one_page(packed, entries="/Filter [/FlateDecode /FlateDecode]")


def many_pages(number=10_000):
    kids = " ".join(["3 0 R"] * number)
    return pdf(
        f"<< /Type /Pages /Kids [{kids}] /Count {number} >>",
        PAGE.format("<< >>"),
        stream(b""),
    )


def endless_pages():
    return pdf("<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")


def endless_form():
    """Return a page with a drawing that draws itself."""
    form = stream(
        b"/F Do /F Do",
        "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
        "/Resources << /XObject << /F 5 0 R >> >>",
    )
    return one_page(b"/F Do", form, resources="<< /XObject << /F 5 0 R >> >>")


def doubling_forms(depth=40):
    """Return a page with a drawing of two drawings of two drawings, and so on."""
    forms = [
        stream(
            b"/F Do /F Do",
            "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
            f"/Resources << /XObject << /F {number + 6} 0 R >> >>",
        )
        for number in range(depth)
    ]
    last = stream(b"70 70 m 90 90 l S", "/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    return one_page(b"/F Do", *forms, last, resources="<< /XObject << /F 5 0 R >> >>")


def deep_nesting(depth=100_000):
    return one_page(b"q", "[" * depth + "]" * depth)


def giant_picture(side=60_000):
    row = zlib.compressobj(9)
    data = row.compress(b"\x55" * (side * 40)) + row.flush()
    picture = stream(
        data,
        f"/Type /XObject /Subtype /Image /Width {side} /Height {side} "
        "/BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /FlateDecode",
    )
    return one_page(
        b"q 100 0 0 100 60 300 cm /I Do Q", picture, resources="<< /XObject << /I 5 0 R >> >>"
    )


def huge_page():
    return pdf(
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14000000 14000000] >>",
    )


def broken_table(whole):
    return whole.replace(b"startxref\n", b"startxref\n9")
