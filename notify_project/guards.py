"""Rules that the database keeps even against code that forgets them."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION notify_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION notify_require_new_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <= OLD.version
       AND to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '% changed without a new version', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION notify_refuse_change();
DROP FUNCTION notify_require_new_version();
"""


def append_only(table: str) -> migrations.RunSQL:
    """Return the operation that refuses changes to rows once written."""
    return migrations.RunSQL(
        f"CREATE TRIGGER tg_{table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION notify_refuse_change()",
        f"DROP TRIGGER tg_{table}_append_only ON {table}",
    )


def versioned(table: str, *free_columns: str) -> migrations.RunSQL:
    """Return the operation that refuses a change which does not raise the version.

    Args:
        table: the live table.
        free_columns: columns that may change without a new version.
    """
    free = ", ".join(f"'{column}'" for column in free_columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER tg_{table}_versioned BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION notify_require_new_version({free})",
        f"DROP TRIGGER tg_{table}_versioned ON {table}",
    )
