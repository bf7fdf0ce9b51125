from django.db import migrations, models

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
        ("templates_app", "0005_letters_and_contact_blocks"),
        ("notify_project", "0003_guards"),
    ]
    operations = [
        migrations.AddConstraint(
            model_name='templatehistory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('letter_languages__in', ['english', 'welsh_then_english']), ('letter_languages__isnull', False), ('template_type', 'letter')), models.Q(models.Q(('template_type', 'letter'), _negated=True), ('letter_languages__isnull', True)), _connector='OR'), name='ck_templates_history_languages'),
        ),
        migrations.AddConstraint(
            model_name='templatehistory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('letter_languages', 'welsh_then_english'), ('letter_languages__isnull', False), ('letter_welsh_content__isnull', False), ('letter_welsh_subject__isnull', False)), models.Q(models.Q(('letter_languages__isnull', True), ('letter_languages', 'english'), _connector='OR'), ('letter_welsh_content__isnull', True), ('letter_welsh_subject__isnull', True)), _connector='OR'), name='ck_templates_history_welsh'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('letter_languages__in', ['english', 'welsh_then_english']), ('letter_languages__isnull', False), ('template_type', 'letter')), models.Q(models.Q(('template_type', 'letter'), _negated=True), ('letter_languages__isnull', True)), _connector='OR'), name='ck_templates_languages'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('letter_languages', 'welsh_then_english'), ('letter_languages__isnull', False), ('letter_welsh_content__isnull', False), ('letter_welsh_subject__isnull', False)), models.Q(models.Q(('letter_languages__isnull', True), ('letter_languages', 'english'), _connector='OR'), ('letter_welsh_content__isnull', True), ('letter_welsh_subject__isnull', True)), _connector='OR'), name='ck_templates_welsh'),
        ),
        migrations.AddConstraint(
            model_name='templateredacted',
            constraint=models.CheckConstraint(condition=models.Q(('redact_personalisation', False), ('updated_by__isnull', False), _connector='OR'), name='ck_template_redacted_author'),
        ),
        migrations.RunSQL(earlier.reverse_sql, earlier.sql),
        versioned("templates", "folder_id"),
        migrations.RunSQL(HISTORY_FUNCTION, DROP_HISTORY_FUNCTION),
        equal_to_history("templates", "folder_id"),
        never_emptied("templates_history"),
        migrations.RunSQL(KEEP_REDACTED, DROP_KEEP_REDACTED),
    ]
