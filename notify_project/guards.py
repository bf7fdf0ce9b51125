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
HISTORY_FUNCTION = """
CREATE FUNCTION notify_require_equal_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept jsonb;
BEGIN
    EXECUTE format(
        'SELECT to_jsonb(h) - ''history_id'' FROM %I h WHERE id = $1 AND version = $2',
        TG_TABLE_NAME || '_history'
    ) INTO kept USING NEW.id, NEW.version;
    IF kept IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV THEN
        RAISE EXCEPTION '% differs from its newest version', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
DROP_HISTORY_FUNCTION = "DROP FUNCTION notify_require_equal_history()"


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


def never_emptied(table: str) -> migrations.RunSQL:
    """Return the operation that refuses to empty a table at one stroke."""
    return migrations.RunSQL(
        f"CREATE TRIGGER tg_{table}_never_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION notify_refuse_change()",
        f"DROP TRIGGER tg_{table}_never_emptied ON {table}",
    )


def equal_to_history(table: str, *free_columns: str) -> migrations.RunSQL:
    """Return the operation that refuses to commit a row unlike its version in the history.

    Args:
        table: the live table; its history has the same name and ``_history``.
        free_columns: columns that versions do not have.
    """
    free = ", ".join(f"'{column}'" for column in free_columns)
    return migrations.RunSQL(
        f"CREATE CONSTRAINT TRIGGER tg_{table}_equal_to_history AFTER INSERT OR UPDATE ON {table} "
        "DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW EXECUTE FUNCTION notify_require_equal_history({free})",
        f"DROP TRIGGER tg_{table}_equal_to_history ON {table}",
    )
