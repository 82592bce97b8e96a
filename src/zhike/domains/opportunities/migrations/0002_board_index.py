from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("customers", "0001_initial"),
        ("opportunities", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["stage", "created_at", "id"],
                include=("currency", "amount"),
                name="opportunities_board",
            ),
        ),
    ]
