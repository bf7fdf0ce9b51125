from django.db import migrations

from notify_project.guards import append_only, versioned


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_relations_and_indexes"),
        ("notify_project", "0003_guards"),
        ("templates_app", "0002_guards"),
    ]
    operations = [
        versioned("provider_details"),
        append_only("provider_details_history"),
        # A notification is always rendered from the version it was made with.
        migrations.RunSQL(
            "ALTER TABLE notifications ADD CONSTRAINT fk_notifications_template_version "
            "FOREIGN KEY (template_id, template_version) REFERENCES templates_history (id, version)",
            "ALTER TABLE notifications DROP CONSTRAINT fk_notifications_template_version",
        ),
    ]
