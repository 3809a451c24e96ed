import django.db.models.deletion
from django.db import migrations, models

import siegel.seals.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("base", "0002_audit_only_grows"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutMail",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("person", models.CharField(max_length=22)),
                ("vaults", models.JSONField(default=list)),
                ("name", models.CharField(max_length=200)),
                ("address", models.CharField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("message_id", models.CharField(default=siegel.seals.ids.new_id, max_length=22)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("written", "Written"),
                            ("refused", "Refused"),
                            ("parked", "Parked"),
                            ("dropped", "Dropped"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("error", models.CharField(blank=True, default="", max_length=20)),
                ("reply", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "next_at"], name="outmail_due"),
                    models.Index(fields=["tenant", "id"], name="outmail_by_tenant"),
                ],
            },
        ),
    ]
