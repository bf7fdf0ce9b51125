"""What a test of several connections leaves is deleted: in a tenth of the time of Django's flush.

Django truncates every table, each of which makes new files for it and its indexes, and stores the
permissions again. Here only rows are deleted, and permissions stay.
"""

from django.db import connection
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}


def empty_by_deleting(monkeypatch):
    """Let tests of several connections delete rows when they end, where the database allows it.

    To delete from tables that are append-only and refer to each other needs the rights of a
    superuser; without them Django goes on to truncate.
    """
    connection.ensure_connection()
    if connection.connection.info.parameter_status("is_superuser") != "on":
        return
    names = connection.introspection.django_table_names(only_existing=True)
    deletions = " ".join(f'DELETE FROM "{name}";' for name in sorted(set(names) - KEPT))
    # One statement, one transaction: without triggers, also those of foreign keys.
    empty = f"DO $$ BEGIN SET LOCAL session_replication_role = replica; {deletions} END $$"

    def delete_all(_):
        with connection.cursor() as cursor:
            cursor.execute(empty)

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", delete_all)
