import django.contrib.postgres.fields
import django.db.models.deletion
import notify_project.clock
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0028_search_indexes'),
        ('services', '0009_personal_tokens_and_member_permissions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('find', 'Find'), ('erase', 'Erase')], max_length=10)),
                ('digests', models.JSONField()),
                ('case_reference', models.CharField(blank=True, default='', max_length=100)),
                ('reason', models.TextField(blank=True, default='')),
                ('counts', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=notify_project.clock.now)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'person_requests',
            },
        ),
        migrations.RemoveConstraint(
            model_name='suppressedrecipient',
            name='ck_suppressed_recipients_reason',
        ),
        migrations.AddField(
            model_name='document',
            name='recipient_hash',
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='erased_rows',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name='unsubscriberequest',
            name='address_hash',
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AlterField(
            model_name='suppressedrecipient',
            name='reason',
            field=models.CharField(choices=[('bounced', 'Bounced'), ('complained', 'Complained'), ('staff', 'Staff'), ('unsubscribed', 'Unsubscribed')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='suppressedrecipient',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['bounced', 'complained', 'staff', 'unsubscribed'])), name='ck_suppressed_recipients_reason'),
        ),
        migrations.AddField(
            model_name='personrequest',
            name='actor',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='personrequest',
            index=models.Index(fields=['created_at', 'id'], name='ix_person_requests_newest'),
        ),
        migrations.AddConstraint(
            model_name='personrequest',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['find', 'erase'])), name='ck_person_requests_kind'),
        ),
    ]
