import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0006_mailbox"),
        ("vault", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastDigest",
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
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="NewContents",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("files", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "vault",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="vault.vault"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "vault"), name="notices_new_once")],
            },
        ),
    ]
