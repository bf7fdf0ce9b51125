import uuid

from django.db import migrations

# Derived ids, so that every installation and every repetition has the same rows.
NAMESPACE = uuid.UUID("6f1f3f36-3a0c-5d0f-9a57-0c6f8f3e2b11")


def seed(apps, schema_editor):
    details = apps.get_model("notifications", "ProviderDetails")
    history = apps.get_model("notifications", "ProviderDetailsHistory")
    key = {"notification_type": "letter", "identifier": "sftp"}
    # Off until the operator has an account and says so.
    columns = {
        **key,
        "display_name": "Printer with an SFTP server",
        "active": False,
        "supports_international": True,
        "version": 1,
        "reason": "first installation",
    }
    row_id = uuid.uuid5(NAMESPACE, "/".join(key.values()))
    row, created = details.objects.get_or_create(**key, defaults={**columns, "id": row_id})
    if created:
        history.objects.get_or_create(id=row.id, version=1, defaults=columns)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0035_sorted_letters_and_offers")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
