"""The web server's entry point with the points at which its processes may kill themselves."""

from notify_project.tests.torture.crashing import install
from notify_project.wsgi import application

__all__ = ["application"]

install()
