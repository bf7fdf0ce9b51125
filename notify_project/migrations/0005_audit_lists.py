from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notify_project", "0004_audit_request_id")]
    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        AddIndexConcurrently(
            "auditevent", models.Index(fields=["created_at", "id"], name="ix_audit_newest")
        ),
        AddIndexConcurrently(
            "auditevent",
            models.Index(
                fields=["request_id"],
                condition=models.Q(request_id="", _negated=True),
                name="ix_audit_request",
            ),
        ),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
