"""Files that break the process in which they are opened break nothing else."""

import io

import pytest
from PIL import Image

from notifications.letters.precompiled import sandbox
from notifications.letters.precompiled.sandbox import NotExamined, draw_page, examine
from notifications.tests.letters.precompiled import hostile
from notifications.tests.letters.precompiled.written import ADDRESS, letter


def examined(pdf):
    found = examine(pdf, international=False, reference=None)
    return found.message, found.page_count, bool(found.made)


def test_a_good_letter_comes_back_as_it_is_printed():
    found = examine(letter(), international=False, reference=None)

    assert (found.message, found.address, found.page_count) == ("", ADDRESS, 1)
    assert found.made.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (hostile.bomb, ("unable-to-read-the-file", None, False)),
        (hostile.endless_pages, ("unable-to-read-the-file", None, False)),
        (hostile.giant_picture, ("address-is-empty", 1, False)),
        (hostile.deep_nesting, ("address-is-empty", 1, False)),
    ],
)
def test_what_would_take_all_memory_is_refused(make, expected):
    assert examined(make()) == expected


def test_a_page_is_drawn_there_too():
    png = draw_page(letter(), 1, overlay=True)

    assert Image.open(io.BytesIO(png)).size == (827, 1170)
    assert draw_page(letter(), 2, overlay=True) is None


@pytest.mark.parametrize("ending", ["SIGSEGV", "SIGXCPU", "SIGABRT"])
def test_a_process_that_dies_of_a_file_says_that_it_cannot_be_read(monkeypatch, tmp_path, ending):
    stand_in(monkeypatch, tmp_path, f"import os, signal; os.kill(os.getpid(), signal.{ending})")

    assert examined(letter()) == ("unable-to-read-the-file", None, False)


@pytest.mark.parametrize(
    "ending",
    [
        "raise SystemExit(1)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import time; time.sleep(9)",
    ],
)
def test_what_is_not_the_fault_of_a_file_is_tried_again(monkeypatch, tmp_path, ending):
    stand_in(monkeypatch, tmp_path, ending)
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 1)

    with pytest.raises(NotExamined):
        examined(letter())


def test_the_process_is_given_no_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "very secret")
    stand_in(
        monkeypatch,
        tmp_path,
        "import json, os, sys; sys.stdin.buffer.read(); print(json.dumps("
        "{'message': str('SECRET_KEY' in os.environ), 'invalid_pages': [], 'page_count': 0}))",
    )

    assert examined(letter()) == ("False", 0, False)


def stand_in(monkeypatch, tmp_path, code):
    """Let another program run in place of the one that opens files."""
    (tmp_path / "stand_in_for_child.py").write_text(code)
    monkeypatch.setattr(sandbox, "_CHILD", "stand_in_for_child")
    monkeypatch.setattr(sandbox.settings, "BASE_DIR", tmp_path)
