from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Collate, Left, Lower

# Looking through a big table takes longer than a request may.
NO_TIME_LIMIT = "SET statement_timeout = 0"
USUAL_TIME_LIMIT = "RESET statement_timeout"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0037_rejected_print_jobs")]
    operations = [
        migrations.AddField("notification", "request_id", models.UUIDField(null=True)),
        migrations.AlterModelOptions(
            "notificationhistory", {"verbose_name_plural": "notification history"}
        ),
        migrations.RunSQL(NO_TIME_LIMIT, USUAL_TIME_LIMIT),
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["request_id"],
                condition=models.Q(request_id__isnull=False),
                name="ix_notif_request",
            ),
        ),
        AddIndexConcurrently(
            "job",
            models.Index(
                Collate(Lower(Left("original_file_name", 100)), "C"),
                name="ix_jobs_file_name",
            ),
        ),
        migrations.RunSQL(USUAL_TIME_LIMIT, NO_TIME_LIMIT),
    ]
