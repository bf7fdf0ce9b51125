from django.db import migrations

from notify_project.guards import append_only, versioned


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial"), ("notify_project", "0003_guards")]
    operations = [
        versioned("services"),
        versioned("api_keys"),
        versioned("service_callback_api"),
        append_only("services_history"),
        append_only("api_keys_history"),
        append_only("service_callback_api_history"),
    ]
