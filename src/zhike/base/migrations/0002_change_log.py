from pathlib import Path

from django.db import migrations

TABLE = (Path(__file__).parent.parent / "changelog" / "table.sql").read_text()


class Migration(migrations.Migration):
    """The log itself: partitioned by month, so written in SQL."""

    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE base_change CASCADE")]
