from django.db import migrations

LONDON_MIDNIGHT = "({column} AT TIME ZONE 'Europe/London')::time = '00:00'"


def starts_at_midnight(table, column):
    """Return the operation that refuses a price which would leave part of a day without one."""
    name = f"ck_{table}_{column}_midnight"
    check = LONDON_MIDNIGHT.format(column=column)
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [
        starts_at_midnight("rates", "valid_from"),
        starts_at_midnight("letter_rates", "start_date"),
        starts_at_midnight("letter_rates", "end_date"),
        # One price for a letter at any time. Equality is written as the overlap of ranges of one
        # value, which needs no extension of PostgreSQL.
        migrations.RunSQL(
            """
            ALTER TABLE letter_rates ADD CONSTRAINT ex_letter_rates_one_price EXCLUDE USING gist (
                int4range(sheet_count, sheet_count, '[]') WITH &&,
                int4range(crown::int, crown::int, '[]') WITH &&,
                int8range(hashtext(post_class), hashtext(post_class), '[]') WITH &&,
                tstzrange(start_date, end_date) WITH &&
            )
            """,
            "ALTER TABLE letter_rates DROP CONSTRAINT ex_letter_rates_one_price",
        ),
    ]
