from django.db import migrations, models


class Migration(migrations.Migration):
    """Seals of the months of the change log; that it is append-only is installed after each migration."""

    dependencies = [("base", "0002_change_log")]
    operations = [
        migrations.CreateModel(
            name="LogSeal",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("format", models.PositiveSmallIntegerField()),
                ("act_count", models.BigIntegerField()),
                ("change_count", models.BigIntegerField()),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"verbose_name": "seal of the change log", "db_table": "base_logseal"},
        ),
    ]
