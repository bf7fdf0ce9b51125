"""A disk on which no file fits any more."""

import resource
import sys
from contextlib import contextmanager
from unittest.mock import patch


@contextmanager
def full_disk(*, bytes_left=1000):
    """Let the system refuse to write more than so many bytes to any file of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        # Python does not notice when half of a compiled module is written, and reads it later.
        with patch.object(sys, "dont_write_bytecode", new=True):
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
