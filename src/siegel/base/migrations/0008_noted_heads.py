"""Where the provider's log names the heads of firms' logs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0007_witnesses_asked")]

    operations = [
        migrations.CreateModel(
            name="AuditNotedHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveBigIntegerField()),
                ("index", models.PositiveBigIntegerField(unique=True)),
                ("at", models.BigIntegerField()),
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
                "indexes": [models.Index(fields=["tenant", "index"], name="base_noted_tenant")],
            },
        ),
    ]
