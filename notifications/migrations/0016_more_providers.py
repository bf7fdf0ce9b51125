import uuid

from django.db import migrations
from django.utils import timezone

# Derived ids, so that every installation and every repetition has the same rows.
NAMESPACE = uuid.UUID("6f1f3f36-3a0c-5d0f-9a57-0c6f8f3e2b11")
# Off until the operator has set their credentials and says so.
PROVIDERS = [
    {
        "identifier": "firetext",
        "display_name": "Firetext",
        "notification_type": "sms",
        "priority": 49,
        "resting_priority": 49,
    },
    {
        "identifier": "twilio",
        "display_name": "Twilio",
        "notification_type": "sms",
        "priority": 50,
        "resting_priority": 50,
        "supports_international": True,
    },
]
REASON = "automatic balance needs a weight to go back to"


def seed(apps, schema_editor):
    details = apps.get_model("notifications", "ProviderDetails")
    history = apps.get_model("notifications", "ProviderDetailsHistory")
    for provider in PROVIDERS:
        key = {name: provider[name] for name in ("notification_type", "identifier")}
        row_id = uuid.uuid5(NAMESPACE, "/".join(key.values()))
        columns = {**provider, "active": False, "version": 1, "reason": "first installation"}
        row, created = details.objects.get_or_create(**key, defaults={**columns, "id": row_id})
        if created:
            history.objects.get_or_create(id=row.id, version=1, defaults=columns)
    for row in details.objects.filter(identifier="mmg", resting_priority=None):
        row.resting_priority, row.reason = 51, REASON
        row.version, row.updated_at = row.version + 1, timezone.now()
        row.save()
        names = {field.attname for field in history._meta.concrete_fields} - {"history_id"}
        columns = {name: getattr(row, name) for name in names}
        history.objects.get_or_create(id=row.id, version=row.version, defaults=columns)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_provider_health")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
