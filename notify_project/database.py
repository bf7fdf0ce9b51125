"""Telling a database that is away from a statement that failed."""

from django.db import DatabaseError, InterfaceError, OperationalError, connection

# Source: PostgreSQL, appendix A: connection exceptions, insufficient resources, shutdown.
_AWAY_CLASSES = ("08", "53", "57P")


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database cannot be reached just now.

    A connection that the server ends in the middle of a statement is, to psycopg2, a plain
    ``DatabaseError`` without a code; only asking again shows that the connection is gone.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    code: str | None = getattr(error.__cause__, "pgcode", None)
    if code is not None:
        return code.startswith(_AWAY_CLASSES)
    # Whatever a statement does wrong has a code; this has none.
    return isinstance(error, OperationalError) or not connection.is_usable()
