"""The stand-in of the printer, in a process of its own."""

import json

import pytest

from notify_project.tests.test_stand_ins import call, running_stubs


class PrinterStub:
    def __init__(self, stubs):
        self.stubs = stubs

    def behave(self, **orders):
        status, body = self.stubs.control(dvla=orders)
        assert status == 200, body

    @property
    def letters(self):
        return self.stubs.received()["letters"]

    @property
    def ids(self):
        return [letter["id"] for letter in self.letters]

    @property
    def answers(self):
        """Return what it said to each job: ``ok``, the code of an error, or how it failed."""
        return [code or answer for _, _, _, answer, code in self.stubs.journal()]


@pytest.fixture(scope="session")
def running_printer():
    with running_stubs() as stubs:
        yield stubs


@pytest.fixture
def printer(running_printer, settings, files):
    """A printer that is not switched on."""
    settings.PROVIDER_OPTIONS = settings.PROVIDER_OPTIONS | {
        "dvla": {
            "url": f"{running_printer.url}/dvla",
            "username": "notify",
            "password": "mmg-key",
            "api_key": "mmg-key",
        }
    }
    yield PrinterStub(running_printer)
    status, body = call(f"{running_printer.url}/control", {"anew": True, "clear": True})
    assert status == 200, json.loads(body)
