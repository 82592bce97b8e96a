from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0015_formulas")]

    operations = [
        migrations.CreateModel(
            name="Layout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_type", models.CharField(blank=True, max_length=60, verbose_name="record type")),
                ("part", models.CharField(max_length=12, verbose_name="part")),
                ("role", models.CharField(blank=True, max_length=40, verbose_name="role")),
                ("record_kind", models.CharField(blank=True, max_length=40, verbose_name="kind of record")),
                ("body", models.JSONField(default=dict, verbose_name="layout")),
            ],
            options={
                "verbose_name": "layout",
                "verbose_name_plural": "layouts",
                "ordering": ("record_type", "part", "role", "record_kind"),
                "constraints": [
                    models.UniqueConstraint(fields=("record_type", "part", "role", "record_kind"), name="layout_once")
                ],
            },
        ),
    ]
