import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

NEWEST_FIRST = (
    models.OrderBy(
        models.Func(
            models.Value("UTC"),
            models.F("created_at"),
            function="timezone",
            output_field=models.DateTimeField(),
        ),
        descending=True,
    ),
    models.OrderBy(models.F("id"), descending=True),
)
# Building on a big table takes longer than a request may.
NO_TIME_LIMIT = "SET statement_timeout = 0"
USUAL_TIME_LIMIT = "RESET statement_timeout"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0027_lists_of_services")]
    operations = [
        migrations.RunSQL(NO_TIME_LIMIT, USUAL_TIME_LIMIT),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.F("template_id"),
                models.F("notification_type"),
                models.F("status"),
                *NEWEST_FIRST,
                name="ix_notif_newest_of_template",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                django.db.models.functions.comparison.Coalesce("job_id", "api_key_id"),
                models.F("notification_type"),
                models.F("status"),
                *NEWEST_FIRST,
                name="ix_notif_newest_by",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.Func(
                    models.F("normalised_to"),
                    models.Value(0),
                    function="hashtextextended",
                    output_field=models.BigIntegerField(),
                ),
                models.F("service_id"),
                models.F("notification_type"),
                models.F("status"),
                *NEWEST_FIRST,
                condition=models.Q(normalised_to__isnull=False),
                name="ix_notif_newest_to",
            ),
        ),
        *(
            RemoveIndexConcurrently("notification", name)
            for name in ("ix_notif_template", "ix_notif_recipient")
        ),
        migrations.RunSQL(USUAL_TIME_LIMIT, NO_TIME_LIMIT),
    ]
