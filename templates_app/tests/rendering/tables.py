"""The contract's examples of rendering."""

from notify_project.tests import examples


def rows(*names):
    """Return the rows of the named tables."""
    return examples.examples(__file__, *names)


def cases(*names):
    """Return the rows of the named tables as parameters of a test."""
    return examples.cases(__file__, *names)


def expected(row, part):
    """Return what is asked for; the rows of quirks say themselves what ours is."""
    return row.get("ours", row)[part]
