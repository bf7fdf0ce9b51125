from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0004_seed_providers")]
    operations = [
        AddIndexConcurrently(
            "notification",
            models.Index(
                fields=["created_at", "id"],
                condition=models.Q(
                    is_real=False,
                    notification_type="letter",
                    status__in=["sending", "pending-virus-check"],
                ),
                name="ix_notif_test_letters",
            ),
        ),
    ]
