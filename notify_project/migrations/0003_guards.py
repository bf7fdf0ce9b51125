from django.db import migrations

from notify_project.guards import DROP_FUNCTIONS, FUNCTIONS, append_only


class Migration(migrations.Migration):
    dependencies = [("notify_project", "0002_actor_and_indexes")]
    operations = [migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS), append_only("audit_events")]
