import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_revoked_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.person",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=254)),
                (
                    "language",
                    models.CharField(choices=[("de", "German"), ("en", "English")], default="de", max_length=2),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True,
                        choices=[("at_once", "At Once"), ("hourly", "Hourly"), ("daily", "Daily"), ("off", "Off")],
                        max_length=8,
                    ),
                ),
            ],
        ),
    ]
