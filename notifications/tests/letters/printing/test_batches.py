"""Print batches, and who takes one."""

import pytest
from django.db import connection

from notifications.letters.printing.batches import claim_batch
from notifications.models import LetterPrintBatch
from notify_project import clock


@pytest.mark.django_db
def test_one_batch_is_taken_at_a_time_from_a_table_that_was_analysed_when_it_was_empty():
    with connection.cursor() as cursor:
        # The planner then joins row by row, and may ask for a batch once a row.
        cursor.execute("ANALYZE letter_print_batches")
    now = clock.now()
    for _ in range(3):
        LetterPrintBatch.objects.create(
            provider="dvla", print_day=now.date(), letter_count=1, sheet_count=1, created_at=now
        )

    taken = claim_batch(now)

    assert taken is not None
    assert LetterPrintBatch.objects.filter(state="uploading").count() == 1
