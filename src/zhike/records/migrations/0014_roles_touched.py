from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows with a version say when they were changed."""

    dependencies = [("records", "0013_validation_rule")]

    operations = [
        migrations.AddField("role", "updated_at", models.DateTimeField(auto_now=True)),
        migrations.AddField("sharingrule", "updated_at", models.DateTimeField(auto_now=True)),
    ]
