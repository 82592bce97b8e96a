from django.db import migrations

DAY = """
CREATE FUNCTION custom_day(written text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT make_date(substr(written, 1, 4)::int, substr(written, 6, 2)::int, substr(written, 9, 2)::int)
$$
"""
# The zone stands in the text, so that the same text is always the same moment.
MOMENT = """
CREATE FUNCTION custom_moment(written text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN RETURN written::timestamptz; END
$$
"""


class Migration(migrations.Migration):
    """What a date in JSON is, as functions an index may be made over."""

    dependencies = [("records", "0017_company")]
    operations = [
        migrations.RunSQL(DAY, "DROP FUNCTION custom_day(text)"),
        migrations.RunSQL(MOMENT, "DROP FUNCTION custom_moment(text)"),
    ]
