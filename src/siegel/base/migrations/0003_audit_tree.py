"""The tree: hashes beside every entry, checkpoints, witnesses; entries of before are hashed where they stand."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from siegel.lib.tlog import Frontier, entry_hash

_BATCH = 1000


def _hash_entries(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    entries = apps.get_model("base", "AuditEntry").objects
    for tenant_id in entries.values_list("tenant_id", flat=True).distinct():
        frontier = Frontier()
        while batch := list(entries.filter(tenant=tenant_id, index__gte=frontier.size).order_by("index")[:_BATCH]):
            first = frontier.size
            if [entry.index for entry in batch] != list(range(first, first + len(batch))):
                raise RuntimeError(f"the log of {tenant_id} has a gap at {first}")
            for entry in batch:
                entry.hashes = b""
            for run in frontier.extend([entry_hash(bytes(entry.leaf)) for entry in batch]):
                for number, digest in enumerate(run.hashes, start=run.first):
                    batch[((number + 1) << run.level) - 1 - first].hashes += digest
            entries.bulk_update(batch, ["hashes"])


_SQLITE = [
    """CREATE TRIGGER base_auditentry_fixed BEFORE UPDATE OF id, tenant_id, "index", leaf, hashes, weighty
    ON base_auditentry BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END""",
    """CREATE TRIGGER base_auditentry_emptied BEFORE UPDATE OF personal, salt ON base_auditentry
    WHEN NEW.personal <> x'' OR NEW.salt <> x''
    BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END""",
    """CREATE TRIGGER base_auditentry_kept BEFORE DELETE ON base_auditentry
    BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END""",
]

# base_auditentry_fixed() stands since 0002.
_FUNCTION = """CREATE FUNCTION base_auditentry_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit entries are never deleted'; END $$"""
_POSTGRESQL = [
    """CREATE TRIGGER base_auditentry_fixed BEFORE UPDATE OF id, tenant_id, "index", leaf, hashes, weighty
    ON base_auditentry FOR EACH ROW EXECUTE FUNCTION base_auditentry_fixed()""",
    """CREATE TRIGGER base_auditentry_emptied BEFORE UPDATE OF personal, salt ON base_auditentry
    FOR EACH ROW WHEN (NEW.personal <> '' OR NEW.salt <> '') EXECUTE FUNCTION base_auditentry_fixed()""",
    """CREATE TRIGGER base_auditentry_kept BEFORE DELETE OR TRUNCATE ON base_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION base_auditentry_kept()""",
]


def _drop_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    table = " ON base_auditentry" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute("DROP TRIGGER IF EXISTS base_auditentry_fixed" + table)


def _add_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in [_FUNCTION, *_POSTGRESQL] if is_postgresql else _SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("base", "0002_audit_only_grows")]

    operations = [
        migrations.RunPython(_drop_trigger, migrations.RunPython.noop),
        migrations.AddField("auditentry", "hashes", models.BinaryField(default=b""), preserve_default=False),
        migrations.AddField("auditentry", "weighty", models.BooleanField(default=False)),
        migrations.AlterField(
            "auditentry",
            "tenant",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"
            ),
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(condition=models.Q(("weighty", True)), fields=["tenant", "index"], name="base_entry_weighty"),
        ),
        migrations.RunPython(_hash_entries, migrations.RunPython.noop),
        migrations.RunPython(_add_triggers, migrations.RunPython.noop),
        migrations.CreateModel(
            name="AuditLog",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="base.tenant",
                    ),
                ),
                ("origin", models.CharField(max_length=200, unique=True)),
                ("vkey", models.CharField(default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveBigIntegerField()),
                ("note", models.BinaryField()),
                ("signed_at", models.BigIntegerField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "size"), name="base_checkpoint_size")],
            },
        ),
        migrations.CreateModel(
            name="AuditWitness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("vkey", models.CharField(max_length=300)),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "vkey"), name="base_witness_key")],
            },
        ),
        migrations.CreateModel(
            name="AuditCosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.TextField()),
                ("at", models.BigIntegerField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="base.auditcheckpoint"
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.auditwitness"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("checkpoint", "witness"), name="base_cosignature_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="base.tenant",
                    ),
                ),
                ("at", models.BigIntegerField()),
                ("size", models.PositiveBigIntegerField()),
                ("code", models.CharField(default="", max_length=40)),
                ("index", models.PositiveBigIntegerField(null=True)),
                ("is_tampered", models.BooleanField(default=False)),
            ],
        ),
    ]
