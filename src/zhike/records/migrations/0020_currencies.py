from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0019_reveals")]

    operations = [
        migrations.CreateModel(
            name="UsedCurrency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=3, unique=True, verbose_name="currency")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={"verbose_name": "currency", "verbose_name_plural": "currencies", "ordering": ("code",)},
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("base", models.CharField(max_length=3, verbose_name="worth in")),
                ("day", models.DateField(verbose_name="from day")),
                ("rate", models.DecimalField(decimal_places=10, max_digits=22, verbose_name="rate")),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "ordering": ("currency", "base", "-day"),
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "base", "day"), name="exchange_rate_once"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="exchange_rate_positive"),
                ],
            },
        ),
    ]
