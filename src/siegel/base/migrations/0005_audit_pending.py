"""Entries that wait for their place, and, on PostgreSQL, the one way in which their personal parts are emptied."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# The program's role may insert and read entries only; this runs with the rights of the role that owns the tables.
_EMPTY = """
CREATE FUNCTION base_auditentry_empty(log text, places bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS
$$
DECLARE emptied bigint;
BEGIN
    UPDATE base_auditentry SET personal = '', salt = '' WHERE tenant_id = log AND "index" = ANY(places);
    GET DIAGNOSTICS emptied = ROW_COUNT;
    RETURN emptied;
END
$$
"""


def _add_function(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            schema = connection.ops.quote_name(cursor.fetchone()[0])
        schema_editor.execute(_EMPTY.format(schema=schema))
        schema_editor.execute("REVOKE ALL ON FUNCTION base_auditentry_empty FROM PUBLIC")


class Migration(migrations.Migration):
    dependencies = [("base", "0004_timestamps")]

    operations = [
        migrations.CreateModel(
            name="AuditPending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leaf", models.BinaryField()),
                ("personal", models.BinaryField()),
                ("salt", models.BinaryField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.tenant"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["tenant", "id"], name="base_pending_order")]},
        ),
        migrations.RunPython(_add_function, migrations.RunPython.noop),
    ]
