"""How logs were brought to the witnesses of the settings."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0006_log_beginnings")]

    operations = [
        migrations.CreateModel(
            name="AuditPush",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=300)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("tried_at", models.BigIntegerField(default=0)),
                ("next_at", models.BigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("code", models.CharField(default="", max_length=20)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "service"), name="base_push_service")],
            },
        ),
    ]
