"""A member may have several roles."""

from django.db import migrations, models

import zhike.domains.people.models
import zhike.records.model_fields

# The one role becomes a list of one. It is another way of writing, so the log need not know.
SEVERAL = """
ALTER TABLE people_member ALTER COLUMN role TYPE varchar(40)[] USING ARRAY[role];
ALTER TABLE people_member RENAME COLUMN role TO roles;
"""
ONE = """
ALTER TABLE people_member RENAME COLUMN roles TO role;
ALTER TABLE people_member ALTER COLUMN role TYPE varchar(40) USING COALESCE(role[1], 'salesperson');
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_token_rights"), ("records", "0007_roles")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SEVERAL, ONE)],
            state_operations=[
                migrations.RemoveField("member", "role"),
                migrations.AddField(
                    "member",
                    "roles",
                    zhike.records.model_fields.RolesField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=zhike.domains.people.models.begin_as_salesperson,
                        size=None,
                        verbose_name="roles",
                    ),
                ),
            ],
        ),
    ]
