from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0021_lane")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.F("lane"),
                models.functions.Greatest("created_at", "claimed_until", "next_attempt_at"),
                condition=models.Q(status="created", notification_type__in=["sms", "email"]),
                name="ix_notif_oldest_due",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
