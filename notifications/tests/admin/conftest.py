"""Fixtures that pages of the admin site share with jobs."""

from notifications.tests.jobs.conftest import mailings  # noqa: F401 - a fixture
