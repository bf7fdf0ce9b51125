from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0024_facts")]
    operations = [
        migrations.AddField("inboundsms", "sender_hash", models.CharField(max_length=64, null=True))
    ]
