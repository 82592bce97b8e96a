from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_owned_seen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["owner", "industry", "last_activity_at"],
                name="customers_customer_by_industry",
            ),
        ),
    ]
