from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0021_company_itself"),
    ]

    operations = [
        migrations.AddField(
            model_name="listpreference",
            name="calendar_by",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="listpreference",
            name="calendar_span",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name="savedview",
            name="calendar_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="calendar by"),
        ),
        migrations.AlterField(
            model_name="savedview",
            name="display",
            field=models.CharField(
                choices=[("list", "List"), ("board", "Board"), ("calendar", "Calendar")],
                default="list",
                max_length=8,
                verbose_name="display",
            ),
        ),
    ]
