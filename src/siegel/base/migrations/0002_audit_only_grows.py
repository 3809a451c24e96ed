"""Let the database itself refuse to alter a log entry: leaf, index and tenant never change."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SQLITE = """
CREATE TRIGGER base_auditentry_fixed BEFORE UPDATE OF tenant_id, "index", leaf ON base_auditentry
BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END
"""
_POSTGRESQL = """
CREATE FUNCTION base_auditentry_fixed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries never change'; END $$;
CREATE TRIGGER base_auditentry_fixed BEFORE UPDATE OF tenant_id, "index", leaf ON base_auditentry
FOR EACH ROW EXECUTE FUNCTION base_auditentry_fixed()
"""


def _add_trigger(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunPython(_add_trigger, migrations.RunPython.noop)]
