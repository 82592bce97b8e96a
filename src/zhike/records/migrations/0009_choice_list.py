from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0008_more_kinds_of_field")]

    operations = [
        migrations.CreateModel(
            name="ChoiceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=60, verbose_name="English name")),
                ("choices", models.JSONField(default=list, verbose_name="choices")),
            ],
            options={
                "verbose_name": "choice list",
                "verbose_name_plural": "choice lists",
                "ordering": ("name", "id"),
            },
        ),
    ]
