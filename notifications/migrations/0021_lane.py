from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

LANES = [
    "priority",
    "normal",
    "bulk",
    "research-mode",
    "letters",
]
# Only what waits is looked for by its lane; all else keeps the default. Found by the old index.
MOVE_SOME = """
    UPDATE notifications SET lane = %s WHERE id IN (
        SELECT id FROM notifications
        WHERE is_real = %s AND process_type = ANY(%s) AND lane = 'normal'
            AND notification_status = 'created' AND notification_type IN ('sms', 'email')
        LIMIT 5000
    )
"""
KINDS = [
    ("priority", True, ["priority"]),
    ("research-mode", False, ["normal", "priority"]),
]
NO_TIME_LIMIT = "SET statement_timeout = 0"
USUAL_TIME_LIMIT = "RESET statement_timeout"


def move_waiting(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for kind in KINDS:
            cursor.execute(MOVE_SOME, kind)
            while cursor.rowcount:
                cursor.execute(MOVE_SOME, kind)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0020_callback_due_by_endpoint")]
    operations = [
        migrations.AddField(
            "notification",
            "lane",
            models.CharField(
                max_length=20,
                choices=[(lane, lane.replace("-", " ").title()) for lane in LANES],
                db_default="normal",
            ),
        ),
        AddConstraintNotValid(
            "notification",
            models.CheckConstraint(
                condition=models.Q(lane__in=LANES), name="ck_notifications_lane"
            ),
        ),
        migrations.RunPython(move_waiting, migrations.RunPython.noop),
        # Building on a big table takes longer than a request may.
        migrations.RunSQL(NO_TIME_LIMIT, USUAL_TIME_LIMIT),
        ValidateConstraint("notification", "ck_notifications_lane"),
        AddIndexConcurrently(
            "notification",
            models.Index(
                models.F("lane"),
                models.F("service_id"),
                models.functions.Greatest("created_at", "claimed_until", "next_attempt_at"),
                condition=models.Q(status="created", notification_type__in=["sms", "email"]),
                name="ix_notif_due_in_lane",
            ),
        ),
        RemoveIndexConcurrently("notification", "ix_notif_due"),
        migrations.RunSQL(USUAL_TIME_LIMIT, NO_TIME_LIMIT),
    ]
