from django.db import migrations


class Migration(migrations.Migration):
    """Finds the shares of one record in the log, so that its history tells of them."""

    dependencies = [
        ("base", "0002_change_log"),
        ("records", "0002_bulk_run"),
    ]

    operations = [
        migrations.RunSQL(
            """CREATE INDEX IF NOT EXISTS records_share_log ON base_change
               ((after ->> 'record_type'), (after ->> 'record_id'))
               WHERE owner_table = 'records_share' AND operation = 'I'""",
            "DROP INDEX IF EXISTS records_share_log",
        )
    ]
