"""Measure what it costs to check a letter that comes as a PDF; needs no server."""

import io
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

ROOT = Path(__file__).resolve().parent.parent
LETTERS = 5
CHILD = "notifications.letters.precompiled.child"
LINES = ("Amala Bird", "1 High Street", "SW1A 2AA")


def measure(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Measure a letter of one page whose font is in the file, and one that becomes a picture."""
    rows = [
        _row("PDF letter of one page", _letter(_embedded_font())),
        _row("the same without its font", _letter("Helvetica")),
    ]
    figures["pdf_letter_cpu_ms"] = rows[0]["cpu_ms"]
    return rows


def _row(name: str, pdf: bytes) -> dict[str, Any]:
    wanted = json.dumps({"international": False, "reference": None}).encode()
    least = min(_cpu_seconds(wanted + b"\n" + pdf) for _ in range(LETTERS))
    return {"what": name, "cpu_ms": round(least * 1000, 1)}


def _cpu_seconds(request: bytes) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", CHILD], input=request, capture_output=True, cwd=ROOT, check=True
    )
    found = json.loads(done.stdout.partition(b"\n")[0])
    if found["message"]:
        raise SystemExit(f"the letter was refused: {found['message']}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _embedded_font() -> str:
    from notifications.letters.precompiled import overprint  # noqa: PLC0415 - registers it

    overprint.can_print(LINES)
    return "Arimo"


def _letter(font: str) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595.28, 841.89), initialFontName=font)
    for number, line in enumerate(LINES):
        canvas.setFont(font, 10)
        canvas.drawString(72, 715 - 12 * number, line)
    for number in range(40):
        canvas.drawString(60, 550 - 12 * number, f"Line {number} of a letter with some words.")
    canvas.showPage()
    canvas.save()
    return written.getvalue()
