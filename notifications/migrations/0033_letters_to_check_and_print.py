from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0032_letters_checked_and_printed")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(
                    notification_type="letter",
                    status="created",
                    is_real=True,
                    key_type="normal",
                    billable_units__gt=0,
                ),
                name="ix_notif_letters_to_print",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(
                    notification_type="letter", status="pending-virus-check", is_real=True
                ),
                name="ix_notif_letters_to_check",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
