import django.db.models.lookups
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

NOT_OF_A_JOB = django.db.models.lookups.IsNull(models.F("job_id"), rhs=True)
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
    dependencies = [("notifications", "0010_callback_due_by_service")]
    operations = [
        migrations.RunSQL(NO_TIME_LIMIT, USUAL_TIME_LIMIT),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.F("service_id"),
                models.F("key_type"),
                NOT_OF_A_JOB,
                *NEWEST_FIRST,
                name="ix_notif_newest",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.F("service_id"),
                models.F("key_type"),
                NOT_OF_A_JOB,
                models.F("notification_type"),
                models.F("status"),
                *NEWEST_FIRST,
                name="ix_notif_newest_in_status",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.Func(
                    models.F("client_reference"),
                    models.Value(0),
                    function="hashtextextended",
                    output_field=models.BigIntegerField(),
                ),
                models.F("service_id"),
                models.F("key_type"),
                NOT_OF_A_JOB,
                models.F("notification_type"),
                models.F("status"),
                *NEWEST_FIRST,
                condition=models.Q(client_reference__isnull=False),
                name="ix_notif_newest_of_reference",
            ),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["status", "created_at"],
                condition=models.Q(notification_type="letter"),
                name="ix_notif_letter_status",
            ),
        ),
        AddIndexConcurrently(
            "notificationhistory",
            models.Index(
                fields=["service"],
                condition=models.Q(notification_type="letter", reference__isnull=True),
                name="ix_hist_letter_without_ref",
            ),
        ),
        # How many words there are, not how many a sample shows: a status that few messages have
        # must look as rare as it is, or the planner reads all others to find it.
        migrations.RunSQL(
            "ALTER TABLE notifications "
            "ALTER COLUMN key_type SET (n_distinct = 3), "
            "ALTER COLUMN notification_type SET (n_distinct = 3), "
            "ALTER COLUMN notification_status SET (n_distinct = 13)",
            "ALTER TABLE notifications "
            "ALTER COLUMN key_type RESET (n_distinct), "
            "ALTER COLUMN notification_type RESET (n_distinct), "
            "ALTER COLUMN notification_status RESET (n_distinct)",
        ),
        # The same promise, without an entry for what is not of a job.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY uq_notifications_job_row_partial "
                    "ON notifications (job_id, job_row_number) WHERE job_id IS NOT NULL",
                    "DROP INDEX CONCURRENTLY uq_notifications_job_row_partial",
                ),
                migrations.RunSQL(
                    "ALTER TABLE notifications DROP CONSTRAINT uq_notifications_job_row",
                    "ALTER TABLE notifications ADD CONSTRAINT uq_notifications_job_row "
                    "UNIQUE (job_id, job_row_number)",
                ),
                migrations.RunSQL(
                    "ALTER INDEX uq_notifications_job_row_partial "
                    "RENAME TO uq_notifications_job_row",
                    "ALTER INDEX uq_notifications_job_row "
                    "RENAME TO uq_notifications_job_row_partial",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint("notification", "uq_notifications_job_row"),
                migrations.AddConstraint(
                    "notification",
                    models.UniqueConstraint(
                        fields=["job", "job_row_number"],
                        condition=models.Q(job__isnull=False),
                        name="uq_notifications_job_row",
                    ),
                ),
            ],
        ),
        *(
            RemoveIndexConcurrently("notification", name)
            for name in (
                "ix_notif_service_type",
                "ix_notif_service_newest",
                "ix_notif_type_status",
                "ix_notif_client_reference",
            )
        ),
        *(
            RemoveIndexConcurrently("notificationhistory", name)
            for name in ("ix_hist_type_status", "ix_hist_template")
        ),
        migrations.RunSQL(USUAL_TIME_LIMIT, NO_TIME_LIMIT),
    ]
