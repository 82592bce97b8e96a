from django.db import migrations

from zhike.records.model_fields import CurrencyField


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.AlterField(model_name="product", name="currency", field=CurrencyField(verbose_name="currency")),
    ]
