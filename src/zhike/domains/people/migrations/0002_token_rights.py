"""A token has a right for each record type, addresses it may be used from, and a secret that can be replaced."""

from django.db import migrations, models

# A right of the old kind said the same for all its types. It is another way of writing, so the log need not know.
# No check may wait for the end: the table is altered again before.
RIGHTS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE people_token DISABLE TRIGGER USER;
UPDATE people_token t SET rights = COALESCE(
  (SELECT jsonb_object_agg(chosen.type, CASE WHEN t.read_only THEN 'read' ELSE 'write' END)
   FROM jsonb_array_elements_text(t.types) AS chosen(type)), '{}'::jsonb);
UPDATE people_token SET secret_hash = NULL WHERE revoked_at IS NOT NULL;
ALTER TABLE people_token ENABLE TRIGGER USER;
"""
TYPES = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE people_token DISABLE TRIGGER USER;
UPDATE people_token t SET types = COALESCE(
  (SELECT jsonb_agg(chosen.type) FROM jsonb_object_keys(t.rights) AS chosen(type)), '[]'::jsonb);
ALTER TABLE people_token ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField("token", "rights", models.JSONField(blank=True, default=dict, verbose_name="record types")),
        migrations.AddField("token", "networks", models.JSONField(blank=True, default=list, verbose_name="addresses")),
        migrations.AddField("token", "previous_hash", models.CharField(max_length=64, null=True, unique=True)),
        migrations.AddField("token", "previous_until", models.DateTimeField(null=True)),
        migrations.AddField("token", "last_used_address", models.GenericIPAddressField(null=True)),
        migrations.AddField("token", "refused_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("token", "refused_at", models.DateTimeField(null=True)),
        migrations.AddField("token", "refused_address", models.GenericIPAddressField(null=True)),
        migrations.AlterField("token", "secret_hash", models.CharField(max_length=64, null=True, unique=True)),
        migrations.RunSQL(RIGHTS, TYPES),
        migrations.RemoveField("token", "types"),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at__isnull", True),
                    models.Q(("previous_hash__isnull", True), ("secret_hash__isnull", True)),
                    _connector="OR",
                ),
                name="people_token_revoked",
            ),
        ),
    ]
