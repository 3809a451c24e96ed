"""Who waits for whom. SQLite lets one writer in at a time; PostgreSQL many, so what must not meet says so here."""

from django.db import connection


def alone(name: str) -> None:
    """Part of a transaction: whoever calls this with the same name waits until the transaction has ended.

    Called before anything is read that decides, it makes of PostgreSQL what SQLite is: what is read afterwards holds
    until the end. One name per transaction, or always in the same order: two that wait for each other are both late.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a lock outside a transaction ends at once")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
