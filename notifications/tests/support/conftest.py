"""Erasing, as the tests ask for it."""

import pytest

from notifications.support.erase import erase
from notifications.support.find import find
from notifications.support.person import read_person
from notifications.tests.documents.conftest import publish_one

__all__ = ["publish_one"]


def quiet(text):
    """Take no notice."""


def look(*recipients, **options):
    """Find a person."""
    options = {"actor": None, "reason": "asked", "tell": quiet, **options}
    return find(read_person(recipients), **options)


def forget(*recipients, **options):
    """Erase a person, and return what was counted."""
    options = {
        "actor": None,
        "reason": "asked",
        "case_reference": "DP-1",
        "tell": quiet,
        **options,
    }
    return erase(read_person(recipients), **options)


@pytest.fixture
def stores(files, redis, recorded_tasks):
    """Give empty stores of files and an empty Redis; what is queued is recorded."""
