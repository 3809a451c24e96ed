"""Where logs began anew after a restore."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0005_audit_pending")]

    operations = [
        migrations.CreateModel(
            name="AuditBeginning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.CharField(max_length=200, unique=True)),
                ("vkey", models.CharField(max_length=300)),
                ("before", models.CharField(max_length=300)),
                ("size", models.PositiveBigIntegerField()),
                ("note", models.BinaryField()),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"),
                ),
            ],
        ),
    ]
