from django.db import migrations, models

KINDS = [
    ("text", "Text"), ("long_text", "Long text"), ("integer", "Whole number"), ("decimal", "Decimal number"),
    ("percent", "Percent"), ("money", "Money"), ("day", "Date"), ("moment", "Date and time"),
    ("yes_no", "Yes or no"), ("choice", "One choice"), ("many_choices", "Many choices"), ("rating", "Rating"),
    ("phone", "Phone"), ("email", "E-mail"), ("link", "Link"), ("tags", "Tags"), ("region", "Region"),
]  # fmt: skip
NAMED = {
    "record_type": models.CharField(max_length=60, verbose_name="record type"),
    "name": models.SlugField(max_length=40, verbose_name="key"),
    "kind": models.CharField(max_length=20, choices=KINDS, verbose_name="kind"),
    "label": models.CharField(max_length=60, verbose_name="label"),
    "label_en": models.CharField(max_length=60, blank=True, verbose_name="English label"),
    "required": models.BooleanField(default=False, verbose_name="required"),
}


class Migration(migrations.Migration):
    dependencies = [("records", "0005_webhooks")]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="removed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="removed at"),
        ),
        *(migrations.AlterField(model_name="customfield", name=name, field=field) for name, field in NAMED.items()),
    ]
