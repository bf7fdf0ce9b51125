import uuid

from django.db import migrations

# Derived ids, so that every installation and every repetition has the same rows.
NAMESPACE = uuid.UUID("6f1f3f36-3a0c-5d0f-9a57-0c6f8f3e2b11")
PROVIDERS = [
    {
        "identifier": "mmg",
        "display_name": "MMG",
        "notification_type": "sms",
        "priority": 51,
        "supports_international": True,
    },
    {
        "identifier": "smtp",
        "display_name": "SMTP server",
        "notification_type": "email",
        "gives_receipts": False,
    },
    {
        "identifier": "console",
        "display_name": "Console (texts)",
        "notification_type": "sms",
        "active": False,
        "supports_international": True,
        "gives_receipts": False,
    },
    {
        "identifier": "console",
        "display_name": "Console (emails)",
        "notification_type": "email",
        "active": False,
        "gives_receipts": False,
    },
]


def seed(apps, schema_editor):
    details = apps.get_model("notifications", "ProviderDetails")
    history = apps.get_model("notifications", "ProviderDetailsHistory")
    for provider in PROVIDERS:
        key = {name: provider[name] for name in ("notification_type", "identifier")}
        row_id = uuid.uuid5(NAMESPACE, "/".join(key.values()))
        columns = {**provider, "version": 1, "reason": "first installation"}
        row, created = details.objects.get_or_create(**key, defaults={**columns, "id": row_id})
        if created:
            history.objects.get_or_create(id=row.id, version=1, defaults=columns)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_guards")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
