from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0011_sharing_rules")]

    operations = [
        migrations.CreateModel(
            name="CustomType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
                ("label", models.CharField(max_length=40, verbose_name="name")),
                ("label_en", models.CharField(blank=True, max_length=40, verbose_name="English name")),
                ("plural_en", models.CharField(blank=True, max_length=40, verbose_name="English plural")),
                ("icon", models.CharField(max_length=40, verbose_name="icon")),
                ("group", models.CharField(blank=True, max_length=60, verbose_name="menu place")),
                ("position", models.PositiveIntegerField(default=100)),
                (
                    "title_label",
                    models.CharField(blank=True, max_length=40, verbose_name="what its title is called"),
                ),
                (
                    "title_label_en",
                    models.CharField(blank=True, max_length=40, verbose_name="what its title is called in English"),
                ),
                ("stages", models.JSONField(blank=True, default=list, verbose_name="stages")),
                ("removed_at", models.DateTimeField(editable=False, null=True, verbose_name="removed at")),
                ("dropped_at", models.DateTimeField(editable=False, null=True, verbose_name="deleted for good at")),
            ],
            options={
                "verbose_name": "record type",
                "verbose_name_plural": "record types",
                "ordering": ("position", "id"),
            },
        ),
    ]
