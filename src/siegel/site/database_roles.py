"""PostgreSQL: what the role may do as which the server works. The role that migrates owns the tables.

Log entries it may insert and read; nobody who has but its password alters or deletes one. Personal parts it empties by
a function of the database, which can do nothing else.
"""

from django.db import connection

_STATEMENTS = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
REVOKE INSERT, UPDATE, DELETE ON {schema}.django_migrations FROM {role};
REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {schema}.base_auditentry FROM {role};
REVOKE UPDATE, TRUNCATE, TRIGGER ON {schema}.base_auditpending FROM {role};
GRANT EXECUTE ON FUNCTION {schema}.base_auditentry_empty TO {role};
"""


class RoleError(Exception):
    """The role cannot be what the server works as; the text says why."""


def grant(role: str) -> None:
    """To be repeated after every migration, by the owner. RoleError."""
    if connection.vendor != "postgresql":
        raise RoleError("roles are PostgreSQL's: set SIEGEL_DATABASE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        schema, owner = cursor.fetchone()
        cursor.execute(
            "SELECT rolsuper, pg_has_role(rolname, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s", [owner, role]
        )
        found = cursor.fetchone()
        if found is None:
            raise RoleError(f"there is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…'")
        if any(found):
            raise RoleError(f"{role} owns the tables, or rules whoever does: it could alter the log")
        names = {"schema": connection.ops.quote_name(schema), "role": connection.ops.quote_name(role)}
        cursor.execute(_STATEMENTS.format(**names))
