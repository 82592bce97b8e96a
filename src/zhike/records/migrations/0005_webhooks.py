import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import zhike.records.webhooks.models

FROM_NOW = """
INSERT INTO base_readerposition (name, transaction, change_id)
SELECT 'webhooks', pg_snapshot_xmin(pg_current_snapshot())::text, 0 ON CONFLICT DO NOTHING
"""
"""What was done before there were webhooks need not be read."""


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0002_change_log"),
        ("records", "0004_bulk_refused"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("events", models.JSONField(default=list, verbose_name="events")),
                ("conditions", models.JSONField(blank=True, default=dict, verbose_name="conditions")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "salt",
                    models.CharField(default=zhike.records.webhooks.models.new_salt, editable=False, max_length=40),
                ),
                ("since_change_set", models.BigIntegerField(default=0, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="on behalf of",
                    ),
                ),
            ],
            options={"verbose_name": "webhook", "ordering": ("name", "id")},
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("webhook_id", models.BigIntegerField()),
                ("event", models.CharField(max_length=80)),
                ("record_type", models.CharField(blank=True, max_length=60)),
                ("record_id", models.BigIntegerField(null=True)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("change_set_id", models.BigIntegerField(null=True)),
                ("body", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Delivered"), ("failed", "Failed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("is_unreachable", models.BooleanField(default=False)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.TextField(blank=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("tries", models.JSONField(default=list)),
                ("queued_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "records_webhookdelivery",
                "indexes": [
                    models.Index(fields=["webhook_id", "-id"], name="webhook_delivery_log"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["webhook_id", "next_attempt_at"],
                        name="webhook_delivery_due",
                    ),
                    models.Index(fields=["record_type", "record_id"], name="webhook_delivery_record"),
                    models.Index(fields=["queued_at"], name="webhook_delivery_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=80)),
                ("record_id", models.BigIntegerField()),
                ("change_set_id", models.BigIntegerField()),
                ("data", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "records_webhookannouncement"},
        ),
        migrations.RunSQL(FROM_NOW, "DELETE FROM base_readerposition WHERE name = 'webhooks'"),
    ]
