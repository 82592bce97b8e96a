from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0009_choice_list"),
    ]

    operations = [
        migrations.CreateModel(
            name="SerialCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_type", models.CharField(max_length=60)),
                ("field", models.CharField(max_length=40)),
                ("frame", models.CharField(max_length=120)),
                ("last", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record_type", "field", "frame"), name="serial_counter_once")
                ],
            },
        ),
    ]
