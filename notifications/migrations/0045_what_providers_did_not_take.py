from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Looking through a big table takes longer than a request may.
NO_TIME_LIMIT = "SET statement_timeout = 0"
USUAL_TIME_LIMIT = "RESET statement_timeout"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0044_report_restarts")]
    operations = [
        migrations.RunSQL(NO_TIME_LIMIT, USUAL_TIME_LIMIT),
        AddIndexConcurrently(
            "deliveryevent",
            models.Index(
                fields=["provider", "at", "id"],
                condition=models.Q(kind="attempt"),
                name="ix_delivery_events_not_taken",
            ),
        ),
        migrations.RunSQL(USUAL_TIME_LIMIT, NO_TIME_LIMIT),
    ]
