import django.contrib.postgres.fields
import django.db.models.deletion
import notify_project.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0031_letters_to_make'),
        ('services', '0010_templates_need_review'),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterCheck',
            fields=[
                ('notification_id', models.UUIDField(primary_key=True, serialize=False)),
                ('is_clean', models.BooleanField(null=True)),
                ('message', models.CharField(blank=True, default='', help_text='Why it is refused; empty: it is not.', max_length=50)),
                ('invalid_pages', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, help_text='From 1.', size=None)),
                ('page_count', models.PositiveIntegerField(help_text='Null: it cannot be read.', null=True)),
                ('checked_at', models.DateTimeField(default=notify_project.clock.now)),
            ],
            options={
                'db_table': 'letter_checks',
            },
        ),
        migrations.CreateModel(
            name='LetterPrintBatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=50)),
                ('file_name', models.CharField(max_length=200, null=True, unique=True)),
                ('print_day', models.DateField()),
                ('postage', models.CharField(blank=True, default='', max_length=20)),
                ('letter_count', models.PositiveIntegerField()),
                ('sheet_count', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('uploading', 'Uploading'), ('uploaded', 'Uploaded'), ('acknowledged', 'Acknowledged'), ('unclear', 'Unclear'), ('failed', 'Failed')], default='planned', max_length=20)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('next_attempt_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=notify_project.clock.now)),
                ('uploaded_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'letter print batches',
                'db_table': 'letter_print_batches',
            },
        ),
        migrations.CreateModel(
            name='LetterPrintEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('notification_id', models.UUIDField()),
                ('reference', models.CharField(max_length=16)),
            ],
            options={
                'verbose_name_plural': 'letter print entries',
                'db_table': 'letter_print_entries',
            },
        ),
        migrations.CreateModel(
            name='ReturnedLetter',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('notification_id', models.UUIDField(unique=True)),
                ('reported_at', models.DateField(help_text='Day in London.')),
                ('created_at', models.DateTimeField(default=notify_project.clock.now)),
            ],
            options={
                'db_table': 'returned_letters',
            },
        ),
        migrations.AddField(
            model_name='letterprintbatch',
            name='service',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.service'),
        ),
        migrations.AddField(
            model_name='letterprintentry',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='notifications.letterprintbatch'),
        ),
        migrations.AddField(
            model_name='returnedletter',
            name='service',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.service'),
        ),
        migrations.AddIndex(
            model_name='letterprintbatch',
            index=models.Index(condition=models.Q(('state__in', ['planned', 'uploading', 'unclear'])), fields=['state', 'created_at', 'id'], name='ix_print_batches_open'),
        ),
        migrations.AddIndex(
            model_name='letterprintbatch',
            index=models.Index(fields=['print_day', 'id'], name='ix_print_batches_day'),
        ),
        migrations.AddConstraint(
            model_name='letterprintbatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'uploading', 'uploaded', 'acknowledged', 'unclear', 'failed'])), name='ck_letter_print_batches_state'),
        ),
        migrations.AddIndex(
            model_name='letterprintentry',
            index=models.Index(fields=['notification_id'], name='ix_print_entries_letter'),
        ),
        migrations.AddConstraint(
            model_name='letterprintentry',
            constraint=models.UniqueConstraint(fields=('batch', 'notification_id'), name='uq_print_entries_letter'),
        ),
        migrations.AddIndex(
            model_name='returnedletter',
            index=models.Index(fields=['service', 'reported_at', 'id'], name='ix_returned_letters_day'),
        ),
    ]
