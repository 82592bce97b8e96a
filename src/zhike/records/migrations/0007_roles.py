from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_custom_field_removed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=60, verbose_name="English name")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("template", models.CharField(max_length=40)),
                ("rights", models.JSONField(default=dict)),
                ("fields", models.JSONField(default=dict)),
                ("abilities", models.JSONField(null=True)),
                ("position", models.PositiveIntegerField(default=100)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.AddField(
            model_name="share",
            name="ends_at",
            field=models.DateTimeField(null=True),
        ),
    ]
