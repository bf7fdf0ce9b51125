"""Found by Python at the start of a process whose PYTHONPATH names this folder."""

import os

from notify_project import clock
from notify_project.tests.torture.moved.offset import VARIABLE, moved_clock

if VARIABLE in os.environ:
    # Before anything of the platform is imported, so that nothing keeps the right one.
    clock.now = moved_clock(float(os.environ[VARIABLE]))
