import json
from typing import Any

from django.db import migrations, models


def fill(apps: Any, _: Any) -> None:
    """Versions get the epochs that their manifests name."""
    version = apps.get_model("vault", "Version")
    for one in version.objects.only("manifest_bytes").iterator(chunk_size=500):
        one.epoch = json.loads(bytes(one.manifest_bytes))["epoch"]
        one.save(update_fields=["epoch"])


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_vault_title")]

    operations = [
        migrations.AddField("upload", "frees", models.BigIntegerField(default=0)),
        migrations.AddField("upload", "replaces", models.CharField(default="", max_length=43)),
        migrations.AddField("version", "epoch", models.PositiveIntegerField(default=0)),
        migrations.AddField("version", "replaced", models.BooleanField(default=False)),
        migrations.AddField("version", "replaces", models.CharField(default="", max_length=43)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveConstraint("version", "one_version_per_number"),
        migrations.AddConstraint(
            "version",
            models.UniqueConstraint(
                condition=models.Q(replaced=False), fields=("node", "version"), name="one_version_per_number"
            ),
        ),
    ]
