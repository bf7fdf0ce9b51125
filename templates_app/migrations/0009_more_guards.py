from django.db import migrations

from notify_project.guards import (
    DROP_HISTORY_FUNCTION,
    HISTORY_FUNCTION,
    equal_to_history,
    never_emptied,
    versioned,
)

KEEP_REDACTED = """
CREATE FUNCTION notify_keep_redacted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.redact_personalisation THEN
        RAISE EXCEPTION 'a redacted template stays redacted'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE TRIGGER tg_template_redacted_kept BEFORE UPDATE OR DELETE ON template_redacted
FOR EACH ROW EXECUTE FUNCTION notify_keep_redacted();
"""
DROP_KEEP_REDACTED = """
DROP TRIGGER tg_template_redacted_kept ON template_redacted;
DROP FUNCTION notify_keep_redacted();
"""
# Until now a contact block could be taken away without a version, and a folder did not exist.
earlier = versioned("templates", "service_letter_contact_id")


class Migration(migrations.Migration):
    dependencies = [
        ("templates_app", "0008_redaction_author"),
        ("notify_project", "0003_guards"),
    ]
    operations = [
        migrations.RunSQL(earlier.reverse_sql, earlier.sql),
        versioned("templates", "folder_id"),
        migrations.RunSQL(HISTORY_FUNCTION, DROP_HISTORY_FUNCTION),
        equal_to_history("templates", "folder_id"),
        never_emptied("templates_history"),
        migrations.RunSQL(KEEP_REDACTED, DROP_KEEP_REDACTED),
    ]
