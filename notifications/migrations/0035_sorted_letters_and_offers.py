
import notify_project.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0034_printer'),
    ]

    operations = [
        migrations.AddField(
            model_name='letterprintbatch',
            name='byte_count',
            field=models.PositiveBigIntegerField(help_text='Of the file offered.', null=True),
        ),
        migrations.AddField(
            model_name='letterprintbatch',
            name='offered_attempt',
            field=models.PositiveSmallIntegerField(help_text='By which attempt the printer may have it; empty: it cannot have it.', null=True),
        ),
        migrations.CreateModel(
            name='DailySortedLetter',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('billing_day', models.DateField(help_text='Day in London.')),
                ('file_name', models.CharField(max_length=200)),
                ('sorted_count', models.PositiveIntegerField()),
                ('unsorted_count', models.PositiveIntegerField()),
                ('updated_at', models.DateTimeField(default=notify_project.clock.now)),
            ],
            options={
                'db_table': 'daily_sorted_letters',
                'constraints': [models.UniqueConstraint(fields=('billing_day', 'file_name'), name='uq_daily_sorted_letters_file')],
            },
        ),
    ]
