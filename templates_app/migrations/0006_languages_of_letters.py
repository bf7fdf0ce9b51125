from django.db import migrations


def letters_are_english(table: str) -> migrations.RunSQL:
    # Versions refuse to be updated, and are not: their new column is filled as it is given its type.
    return migrations.RunSQL(
        f"ALTER TABLE {table} ALTER COLUMN letter_languages TYPE varchar(20) "
        "USING CASE WHEN template_type = 'letter' THEN 'english' END",
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0005_letter_languages")]
    operations = [letters_are_english("templates"), letters_are_english("templates_history")]
