"""Count the queries of pages."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

FEW, MANY = 2, 12


def queries_of_few_and_many_rows(client, url, make_row):
    """Return how many queries a page costs with a few rows, and how many with many."""
    client.get(url)
    counts = []
    rows = 0
    for wanted in (FEW, MANY):
        while rows < wanted:
            make_row()
            rows += 1
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert answer.status_code == 200
        counts.append(len(queries))
    return counts
