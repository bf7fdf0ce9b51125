from django.db import migrations

from notify_project.encryption import blind_indexes

BATCH = 1000


def fill(apps, schema_editor):
    model = apps.get_model("notifications", "InboundSms")
    rows = model.objects.filter(sender_hash=None).only("id", "user_number")
    while batch := list(rows[:BATCH]):
        for row in batch:
            row.sender_hash = blind_indexes(row.user_number)[0]
        model.objects.bulk_update(batch, ["sender_hash"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notifications", "0025_inbound_sms_sender_hash")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
