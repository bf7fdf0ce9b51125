"""What people have written does nothing in a browser, whichever page shows it."""

import pytest
from django.db import transaction

from notify_project.tests.site import hostile
from notify_project.tests.site.addresses import pages
from notify_project.tests.site.rows import Rows

LISTS_AND_ROWS = (
    "services_service",
    "services_apikey",
    "services_servicecallbackapi",
    "services_user",
    "templates_app_template",
    "templates_app_templatehistory",
    "templates_app_templatechange",
    "notifications_notification",
    "notifications_callbackdelivery",
    "notifications_job",
    "notifications_providerdetails",
    "notify_project_auditevent",
)


@pytest.fixture
def hostile_pages(site, recorded_tasks, files):
    with transaction.atomic():
        rows = Rows()
        rows.grow(3)
        hostile.fill(rows.of)
    wanted = {f"{name}_{kind}" for name in LISTS_AND_ROWS for kind in ("changelist", "change")}
    return [page.url for page in pages(rows.of) if page.name in wanted or page.name == "index"]


def test_nothing_that_somebody_wrote_is_run(page, hostile_pages):
    assert len(hostile_pages) > 20
    run = {}
    for url in hostile_pages:
        page.goto(url)
        hacked = [frame.evaluate("typeof window.hacked") for frame in page.frames]
        run |= {url: hacked} if set(hacked) != {"undefined"} else {}

    assert run == {}
    assert "hckd" in page.content()
