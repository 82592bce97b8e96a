from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_list_of_an_industry"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True), ("next_activity_at__isnull", False)),
                fields=["next_activity_at", "id"],
                name="customers_contact_next_activit",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True), ("next_activity_at__isnull", False)),
                fields=["next_activity_at", "id"],
                name="customers_customer_next_activi",
            ),
        ),
    ]
