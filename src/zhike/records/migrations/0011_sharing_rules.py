from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_serial_counter"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharingRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("record_type", models.CharField(max_length=60)),
                ("condition", models.JSONField(default=dict, verbose_name="condition")),
                ("writable", models.BooleanField(default=False, verbose_name="may edit")),
                ("roles", models.JSONField(default=list, verbose_name="roles")),
                ("departments", models.JSONField(default=list, verbose_name="departments")),
                ("members", models.JSONField(default=list, verbose_name="members")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("record_type", "name", "id"),
            },
        ),
    ]
