from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0026_fill_sender_hash")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "inboundsms",
            models.Index(
                fields=["sender_hash", "service", "created_at"], name="ix_inbound_sms_sender"
            ),
        ),
        AddIndexConcurrently(
            "suppressedrecipient",
            models.Index(fields=["service", "created_at", "id"], name="ix_suppressed_of_service"),
        ),
        AddIndexConcurrently(
            "callbackdelivery",
            models.Index(
                fields=["service", "callback_type", "created_at", "id"], name="ix_callback_newest"
            ),
        ),
        AddIndexConcurrently(
            "callbackdelivery",
            models.Index(
                fields=["service", "callback_type", "created_at", "id"],
                condition=models.Q(state__in=["given-up", "dropped"]),
                name="ix_callback_failed",
            ),
        ),
        RemoveIndexConcurrently("callbackdelivery", "ix_callback_service"),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
