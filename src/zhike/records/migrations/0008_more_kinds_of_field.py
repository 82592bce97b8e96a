from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0007_roles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="customfield",
            name="kind",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("long_text", "Long text"),
                    ("integer", "Whole number"),
                    ("decimal", "Decimal number"),
                    ("percent", "Percent"),
                    ("money", "Money"),
                    ("day", "Date"),
                    ("moment", "Date and time"),
                    ("yes_no", "Yes or no"),
                    ("choice", "One choice"),
                    ("many_choices", "Many choices"),
                    ("rating", "Rating"),
                    ("phone", "Phone"),
                    ("email", "E-mail"),
                    ("link", "Link"),
                    ("tags", "Tags"),
                    ("region", "Region"),
                    ("member", "Member"),
                    ("department", "Department"),
                    ("reference", "Reference"),
                    ("references", "References"),
                    ("serial", "Automatic number"),
                    ("cascade", "Cascading choice"),
                    ("address", "Address"),
                    ("image", "Image"),
                    ("file", "File"),
                    ("rich_text", "Rich text"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
