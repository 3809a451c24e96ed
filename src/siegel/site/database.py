"""Where the rows lie: in a file of SQLite beside everything else, or on a PostgreSQL server.

PostgreSQL is named by one URL: postgresql://USER:PASSWORD@HOST:PORT/NAME, or, over a socket of this machine,
postgresql://USER@/NAME?host=/var/run/postgresql. Over a network only TLS with a verified certificate will do;
`sslrootcert` names a file of certificates to trust instead of the system's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
PARAMETERS = ("host", "sslrootcert")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# As long as SQLite waits for its writer.
LOCK_TIMEOUT_MS = 20_000
MOVED = "moved-to-postgresql"
"""A file in SIEGEL_DATA: the rows that SQLite has here are those of yesterday."""


class DatabaseUrlError(ValueError):
    """What is wrong with the URL; never the URL itself, which may hold a password."""


def sqlite(data: Path) -> dict[str, Any]:
    """IMMEDIATE takes the write lock as a transaction begins: no deadlock between two readers that want to write."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "siegel.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # Each thread has a connection, and each connection a cache: of 512 KiB instead of 2 MB. Linux has the rest.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            " PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY;",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """The same for the server that `url` names. DatabaseUrlError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DatabaseUrlError("is no URL") from error
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = parameters.get("host", "") or unquote(parts.hostname or "")
    name = unquote(parts.path.lstrip("/"))
    _check(parts, parameters, name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        # A server that was restarted is noticed at the next request, not by the people of one.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(host, parameters.get("sslrootcert", "")),
    }


def _check(parts: SplitResult, parameters: Mapping[str, str], name: str) -> None:
    if parts.scheme not in SCHEMES or not name or "/" in name or parts.fragment:
        raise DatabaseUrlError("must be postgresql://USER@HOST/NAME")
    if unknown := sorted(parameters.keys() - set(PARAMETERS)):
        raise DatabaseUrlError(f"knows no parameter {', '.join(unknown)}")
    if parameters.get("host") and parts.hostname:
        raise DatabaseUrlError("names two hosts")


def _options(host: str, certificates: str) -> dict[str, str]:
    options = {
        # Read committed: what waits for a lock sees, once it has it, what others did meanwhile.
        "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c default_transaction_isolation=read\\ committed",
        "application_name": "siegel",
    }
    if host and not host.startswith("/") and host not in LOOPBACK:
        options |= {"sslmode": "verify-full", "sslrootcert": certificates or "system"}
    return options
