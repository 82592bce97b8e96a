from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True), ("due_at__isnull", False)),
                fields=["due_at", "id"],
                name="activities_activity_due_at",
            ),
        ),
    ]
