from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0029_person_requests")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "document",
            models.Index(fields=["recipient_hash"], name="ix_documents_recipient"),
        ),
        AddIndexConcurrently(
            "idempotentanswer",
            models.Index(fields=["notification_id"], name="ix_idempotent_answers_about"),
        ),
        AddIndexConcurrently(
            "notification",
            models.Index(models.functions.Right("normalised_to", 4), condition=models.Q(notification_type="letter"), name="ix_notif_letter_ending"),
        ),
        AddIndexConcurrently(
            "suppressedrecipient",
            models.Index(condition=models.Q(reason="unsubscribed"), fields=["service"], name="ix_suppressed_unsubscribed"),
        ),
        AddIndexConcurrently(
            "unsubscriberequest",
            models.Index(fields=["address_hash"], name="ix_unsubscribe_address"),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
