from django.db import migrations

# Until now a template could lose its contact block without a version. An archived block counts as
# none, so that what the newest version says can stand in the row too.
RESTORE_CONTACT_BLOCKS = """
UPDATE templates SET service_letter_contact_id = newest.service_letter_contact_id
FROM templates_history newest
WHERE newest.id = templates.id AND newest.version = templates.version
AND newest.service_letter_contact_id IS DISTINCT FROM templates.service_letter_contact_id
"""


def letters_are_english(table: str) -> migrations.RunSQL:
    # Versions refuse to be updated, and are not: their new column is filled as it is given its type.
    return migrations.RunSQL(
        f"ALTER TABLE {table} ALTER COLUMN letter_languages TYPE varchar(20) "
        "USING CASE WHEN template_type = 'letter' THEN 'english' END",
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0004_folders_and_languages")]
    operations = [
        letters_are_english("templates"),
        letters_are_english("templates_history"),
        migrations.RunSQL(RESTORE_CONTACT_BLOCKS, migrations.RunSQL.noop),
    ]
