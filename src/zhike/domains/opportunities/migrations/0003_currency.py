from django.db import migrations

from zhike.records.model_fields import CurrencyField


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0002_board_index")]

    operations = [
        migrations.AlterField(model_name="opportunity", name="currency", field=CurrencyField(verbose_name="currency")),
    ]
