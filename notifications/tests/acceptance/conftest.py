"""Fixtures of what is stored after it was accepted."""

import pytest


@pytest.fixture
def at_once(settings):
    """Let retries follow at once, so that a test sees them all."""
    settings.PERSIST_RETRY_INTERVAL = [0]
