from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0012_custom_types")]

    operations = [
        migrations.CreateModel(
            name="ValidationRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_type", models.CharField(max_length=60, verbose_name="record type")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("condition", models.JSONField(default=dict, verbose_name="condition")),
                ("sentence", models.CharField(max_length=200, verbose_name="sentence")),
                ("sentence_en", models.CharField(blank=True, max_length=200, verbose_name="English sentence")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="told at")),
                (
                    "moment",
                    models.CharField(
                        choices=[("save", "Whenever it is saved"), ("stage", "When it enters a stage")],
                        default="save",
                        max_length=8,
                        verbose_name="moment",
                    ),
                ),
                ("stages", models.JSONField(blank=True, default=list, verbose_name="stages")),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
            ],
            options={
                "verbose_name": "rule",
                "verbose_name_plural": "rules",
                "ordering": ("record_type", "name", "id"),
            },
        ),
    ]
