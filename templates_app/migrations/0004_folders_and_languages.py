import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0002_guards'),
        ('templates_app', '0003_unsubscribe_link'),
    ]

    operations = [
        migrations.CreateModel(
            name='TemplateFolder',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
            ],
            options={
                'db_table': 'template_folder',
            },
        ),
        migrations.AddField(
            model_name='templatefolder',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='templates_app.templatefolder'),
        ),
        migrations.AddField(
            model_name='templatefolder',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.service'),
        ),
        migrations.AddField(
            model_name='template',
            name='folder',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='templates_app.templatefolder'),
        ),
        migrations.AddConstraint(
            model_name='templatefolder',
            constraint=models.UniqueConstraint(fields=('id', 'service'), name='uq_template_folder_service'),
        ),
        migrations.AddConstraint(
            model_name='templatefolder',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='ck_template_folder_name'),
        ),
        migrations.AddConstraint(
            model_name='templatefolder',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='ck_template_folder_parent'),
        ),
        # One service for a folder, its parent and its templates.
        migrations.RunSQL(
            'ALTER TABLE template_folder ADD CONSTRAINT fk_template_folder_parent '
            'FOREIGN KEY (parent_id, service_id) REFERENCES template_folder (id, service_id)',
            'ALTER TABLE template_folder DROP CONSTRAINT fk_template_folder_parent',
        ),
        migrations.RunSQL(
            'ALTER TABLE templates ADD CONSTRAINT fk_templates_folder '
            'FOREIGN KEY (folder_id, service_id) REFERENCES template_folder (id, service_id)',
            'ALTER TABLE templates DROP CONSTRAINT fk_templates_folder',
        ),
        migrations.AlterModelOptions(
            name='templatehistory',
            options={'verbose_name': 'template version'},
        ),
        migrations.AddField(
            model_name='template',
            name='letter_languages',
            field=models.CharField(blank=True, choices=[('english', 'English only'), ('welsh_then_english', 'Welsh, then English')], max_length=20, null=True),
        ),
        migrations.AddField(
            model_name='template',
            name='letter_welsh_content',
            field=models.TextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='template',
            name='letter_welsh_subject',
            field=models.TextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='templatehistory',
            name='letter_languages',
            field=models.CharField(blank=True, choices=[('english', 'English only'), ('welsh_then_english', 'Welsh, then English')], max_length=20, null=True),
        ),
        migrations.AddField(
            model_name='templatehistory',
            name='letter_welsh_content',
            field=models.TextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='templatehistory',
            name='letter_welsh_subject',
            field=models.TextField(blank=True, null=True),
        ),
    ]
