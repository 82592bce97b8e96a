from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0016_layout")]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fiscal_start",
                    models.PositiveSmallIntegerField(default=1, verbose_name="fiscal year begins in month"),
                ),
                ("rest_days", models.JSONField(default=list, verbose_name="days of rest in a week")),
                (
                    "follows_holidays",
                    models.BooleanField(default=True, verbose_name="follows the public holidays of China"),
                ),
                ("own_days", models.JSONField(default=list, verbose_name="days of its own")),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "company",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_start__gte", 1), ("fiscal_start__lte", 12)),
                        name="company_fiscal_start",
                    )
                ],
            },
        ),
    ]
