"""A scanner to ask, and letters that came as a PDF."""

import pytest

from notifications.letters.files import store_for_scan
from notifications.tests.clamd import answering
from notifications.tests.factories import NotificationFactory
from notifications.tests.letters.precompiled.written import letter
from templates_app.tests.factories import TemplateFactory


@pytest.fixture
def clamd(settings):
    """Answer like ClamAV's daemon."""
    with answering(settings) as stand_in:
        yield stand_in


@pytest.fixture
def arrived(db, files):
    """Return a function that stores a letter as a request does."""

    def arrive(pdf=None, *, stored=True, **values):
        template = values.pop("template", None)
        template = template or TemplateFactory(letter=True, hidden=True, content="")
        values = {
            "status": "pending-virus-check",
            "to": "Provided as PDF",
            "normalised_to": "providedaspdf",
            "personalisation": {"address_line_1": "Provided as PDF"},
            **values,
        }
        row = NotificationFactory(template=template, **values)
        if stored:
            store_for_scan(
                reference=row.reference,
                postage=row.postage,
                created_at=row.created_at,
                pdf=letter() if pdf is None else pdf,
            )
        return row

    return arrive
