import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('notifications', '0019_failing_endpoints'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='callbackdelivery',
            index=models.Index(models.F('service'), models.F('callback_type'), django.db.models.functions.comparison.Coalesce('next_attempt_at', 'created_at'), condition=models.Q(('state', 'waiting')), name='ix_callback_due_by_endpoint'),
        ),
        RemoveIndexConcurrently(
            model_name='callbackdelivery',
            name='ix_callback_due',
        ),
    ]
