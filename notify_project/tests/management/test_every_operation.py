"""Each operation of the management API is in a table of who may."""

from notifications.tests.api.management import test_acts_matrix as of_acts
from notifications.tests.api.management import test_letters as of_letters
from notifications.tests.api.management import test_matrix as of_notifications
from notify_project.tests.management import (
    test_jobs_matrix,
    test_letter_pages,
    test_messages_matrix,
)
from services.tests.api.management import test_matrix as of_services
from services.tests.api.management.matrix import all_operations
from templates_app.tests.api.management import test_changes_matrix
from templates_app.tests.api.management import test_matrix as of_templates

TABLES = (
    of_services.OPERATIONS,
    of_services.OWN,
    of_letters.OPERATIONS,
    of_acts.OPERATIONS,
    of_notifications.OPERATIONS,
    test_jobs_matrix.OPERATIONS,
    test_letter_pages.OPERATIONS,
    test_messages_matrix.READS,
    test_messages_matrix.WRITES,
    of_templates.OPERATIONS,
    test_changes_matrix.OPERATIONS,
)


def test_every_operation_is_in_one_table():
    names = [name for table in TABLES for name in table]

    assert sorted(names) == sorted(all_operations())
