import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import zhike.base.clock


class Migration(migrations.Migration):
    """Masked values that somebody read in full."""

    dependencies = [("records", "0018_custom_dates"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Reveal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_type", models.CharField(max_length=60)),
                ("record_id", models.BigIntegerField()),
                ("field", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=200)),
                ("actor_label", models.CharField(max_length=200)),
                ("revealed_at", models.DateTimeField(default=zhike.base.clock.now)),
                ("member", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                    to=settings.AUTH_USER_MODEL,
                )),
            ],
            options={"indexes": [models.Index(fields=["member", "-id"], name="reveal_member")]},
        ),
    ]  # fmt: skip
