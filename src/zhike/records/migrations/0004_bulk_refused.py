from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_share_log_index")]

    operations = [
        migrations.AddField(model_name="bulkrun", name="refused", field=models.JSONField(default=list)),
    ]
