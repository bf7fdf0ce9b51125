from django.db import migrations

from notify_project.guards import append_only, versioned


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0001_initial"), ("notify_project", "0003_guards")]
    operations = [
        versioned("templates", "service_letter_contact_id"),
        append_only("templates_history"),
    ]
