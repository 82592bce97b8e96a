from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0001_initial")]

    operations = [
        migrations.AddField(
            "workspace",
            "language",
            models.CharField(blank=True, default="", max_length=10, verbose_name="language"),
            preserve_default=False,
        ),
        migrations.AddField(
            "workspace",
            "time_zone",
            models.CharField(blank=True, default="", max_length=40, verbose_name="time zone"),
            preserve_default=False,
        ),
    ]
