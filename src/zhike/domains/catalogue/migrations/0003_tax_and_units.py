"""Products have a tax rate, and their units are rows of a list."""

import decimal

import django.db.models.deletion
from django.db import migrations, models

import zhike.domains.catalogue.models
import zhike.records.model_fields

# What was written as the unit of a product becomes a row of the list. It is another way of writing, so the log need not
# know: a change of a column's type is no change of rows.
ROWS = """
INSERT INTO catalogue_unit (name, position, colour, is_active, factor, places, synonyms)
SELECT DISTINCT btrim(unit), 100, '', true, 1, 2, '{}'::varchar[] FROM catalogue_product WHERE btrim(unit) <> '';
CREATE FUNCTION zhike_unit_of(varchar) RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT id FROM catalogue_unit WHERE name = btrim($1) $$;
ALTER TABLE catalogue_product ALTER COLUMN unit DROP DEFAULT, ALTER COLUMN unit DROP NOT NULL;
ALTER TABLE catalogue_product ALTER COLUMN unit TYPE bigint USING zhike_unit_of(unit);
ALTER TABLE catalogue_product RENAME COLUMN unit TO unit_id;
DROP FUNCTION zhike_unit_of(varchar);
ALTER TABLE catalogue_product ADD CONSTRAINT catalogue_product_unit FOREIGN KEY (unit_id)
    REFERENCES catalogue_unit (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX catalogue_product_unit_id ON catalogue_product (unit_id);
"""
WORDS = """
DROP INDEX catalogue_product_unit_id;
ALTER TABLE catalogue_product DROP CONSTRAINT catalogue_product_unit;
CREATE FUNCTION zhike_name_of(bigint) RETURNS varchar LANGUAGE sql STABLE AS
    $$ SELECT left(name, 20) FROM catalogue_unit WHERE id = $1 $$;
ALTER TABLE catalogue_product ALTER COLUMN unit_id TYPE varchar(20) USING coalesce(zhike_name_of(unit_id), '');
ALTER TABLE catalogue_product RENAME COLUMN unit_id TO unit;
ALTER TABLE catalogue_product ALTER COLUMN unit SET NOT NULL;
DROP FUNCTION zhike_name_of(bigint);
"""


def common():
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("name", models.CharField(max_length=60, verbose_name="name")),
        ("position", models.PositiveIntegerField(default=100, verbose_name="position")),
        ("colour", models.CharField(blank=True, max_length=1, verbose_name="colour")),
        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
    ]


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_currency")]

    operations = [
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                *common(),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="per cent")),
                ("is_default", models.BooleanField(default=False, verbose_name="default for new products")),
            ],
            options={
                "verbose_name": "tax rate",
                "verbose_name_plural": "tax rates",
                "ordering": ("position", "id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)), name="catalogue_tax_percent"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                *common(),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        help_text="Another unit of the same dimension, such as hours for days; nothing for a unit by itself.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.unit",
                        verbose_name="counted in",
                    ),
                ),
                (
                    "factor",
                    models.DecimalField(
                        decimal_places=8,
                        default=decimal.Decimal(1),
                        help_text="1 of this unit is so many of the other.",
                        max_digits=20,
                        verbose_name="how many of it",
                    ),
                ),
                (
                    "places",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Of quantities in this unit.", verbose_name="decimal places"
                    ),
                ),
                (
                    "synonyms",
                    zhike.records.model_fields.TagsField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="Other words for it in files that are imported.",
                        size=None,
                        verbose_name="synonyms",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit",
                "verbose_name_plural": "units",
                "ordering": ("position", "id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("factor__gt", 0)), name="catalogue_unit_factor"),
                    models.CheckConstraint(
                        condition=models.Q(("base", models.F("id")), _negated=True), name="catalogue_unit_base"
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ROWS, WORDS)],
            state_operations=[
                migrations.RemoveField("product", "unit"),
                migrations.AddField(
                    "product",
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalogue.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "product",
            "tax_rate",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="catalogue.taxrate",
                verbose_name="tax rate",
            ),
        ),
        migrations.AlterField(
            "product",
            "tax_rate",
            models.ForeignKey(
                blank=True,
                default=zhike.domains.catalogue.models.default_tax_rate,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="catalogue.taxrate",
                verbose_name="tax rate",
            ),
        ),
        migrations.AddField(
            "product", "is_tax_included", models.BooleanField(default=True, verbose_name="list price includes tax")
        ),
    ]
