import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("base", "0002_audit_only_grows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("next", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="base.tenant"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "tenant"), name="jobs_cursor_once")],
            },
        ),
        migrations.CreateModel(
            name="ParkedEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("index", models.PositiveBigIntegerField()),
                ("error", models.CharField(max_length=100)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="base.tenant"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "tenant", "index"), name="jobs_parked_once")],
            },
        ),
    ]
