from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0030_person_indexes")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(
                    notification_type="letter", status="created", is_real=True, billable_units=0
                ),
                name="ix_notif_letters_to_make",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
