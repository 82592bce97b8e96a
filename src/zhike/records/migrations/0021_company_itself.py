from django.db import migrations, models


def text(length, label):
    return models.CharField(blank=True, default="", max_length=length, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("records", "0020_currencies")]

    operations = [
        migrations.AddField("company", "name", text(100, "name"), preserve_default=False),
        migrations.AddField("company", "currency", text(3, "own currency"), preserve_default=False),
        migrations.AddField("company", "language", text(10, "language"), preserve_default=False),
        migrations.AddField("company", "time_zone", text(40, "time zone"), preserve_default=False),
    ]
