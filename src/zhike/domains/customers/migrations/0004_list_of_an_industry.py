"""The list of an industry's customers in the order they came; the key's own index is its beginning, so it goes."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("customers", "0003_owned_by_industry")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["industry", "created_at", "id"], name="customers_customer_industry"),
        ),
        migrations.AlterField(
            model_name="customer",
            name="industry",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="customers.industry",
                verbose_name="industry",
            ),
        ),
    ]
