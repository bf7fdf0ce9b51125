"""Fixtures that pages of the admin site share with jobs."""

from notifications.tests.jobs.conftest import mailings, prices  # noqa: F401 - fixtures
