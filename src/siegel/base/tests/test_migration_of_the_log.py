"""A log with entries from before the tree: the migration hashes them where they stand."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from siegel.lib import tlog
from siegel.lib.merkle import HASH_SIZE, leaf_hash, root_from_leaves

COUNT = 1300
Migrate = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def migrate(tmp_path: Path) -> Migrate:
    tmp_path.chmod(0o700)
    own = {
        "SIEGEL_DATA": str(tmp_path),
        "SIEGEL_SECRET_KEY": "s" * 40,
        "SIEGEL_PEPPER": "p" * 40,
        "SIEGEL_HOSTS": "127.0.0.1",
        "SIEGEL_PUBLIC_URL": "http://127.0.0.1:8000",
        "DJANGO_SETTINGS_MODULE": "siegel.site.settings",
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SIEGEL_", "DJANGO_"))}

    def run(to: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "django", "migrate", "base", to]
        return subprocess.run(command, env=clean | own, capture_output=True, text=True, timeout=120, check=False)

    assert run("0002").returncode == 0
    return run


def database(folder: Path) -> sqlite3.Connection:
    [path] = folder.glob("*.sqlite3")
    return sqlite3.connect(path)


def leaves(tenant: str) -> list[bytes]:
    return [json.dumps({"kind": "base.waved", "n": n, "of": tenant}).encode() for n in range(COUNT)]


def fill(folder: Path, tenant: str, *, without: int | None = None) -> None:
    with closing(database(folder)) as known:
        names = [row[1] for row in known.execute("PRAGMA table_info(base_tenant)")]
        values = {"id": tenant, "kind": "firm", "slug": tenant, "created_at": "2026-01-01"}
        marks = ", ".join("?" for _ in names)
        known.execute(f"INSERT INTO base_tenant VALUES ({marks})", [values.get(name, "") for name in names])
        rows = [(tenant, n, leaf, b"{}", b"s" * 32) for n, leaf in enumerate(leaves(tenant)) if n != without]
        insert = 'INSERT INTO base_auditentry (tenant_id, "index", leaf, personal, salt) VALUES (?, ?, ?, ?, ?)'
        known.executemany(insert, rows)
        known.commit()


def test_entries_from_before_the_tree_are_hashed_where_they_stand(tmp_path: Path, migrate: Migrate) -> None:
    for tenant in ("one", "two"):
        fill(tmp_path, tenant)
    done = migrate("0003")
    assert done.returncode == 0, done.stderr
    for tenant in ("one", "two"):
        with closing(database(tmp_path)) as known:
            query = 'SELECT leaf, hashes, personal FROM base_auditentry WHERE tenant_id = ? ORDER BY "index"'
            found = known.execute(query, [tenant]).fetchall()
        assert [leaf for leaf, _, _ in found] == leaves(tenant)
        assert {personal for _, _, personal in found} == {b"{}"}

        def read(nodes: list[tlog.Node], rows: list[tuple[bytes, bytes, bytes]] = found) -> list[bytes]:
            held = [(rows[((node.number + 1) << node.level) - 1][1], node.level * HASH_SIZE) for node in nodes]
            return [hashes[at : at + HASH_SIZE] for hashes, at in held]

        for size in (1, 2, 1000, 1001, COUNT):
            whole = root_from_leaves([leaf_hash(leaf) for leaf in leaves(tenant)[:size]])
            assert tlog.tree_root(size, read) == whole  # type: ignore[arg-type]  # takes lists only
    with closing(database(tmp_path)) as known, pytest.raises(sqlite3.IntegrityError, match="never change"):
        known.execute("UPDATE base_auditentry SET hashes = x''")


def test_a_log_with_a_gap_is_not_hashed_over(tmp_path: Path, migrate: Migrate) -> None:
    fill(tmp_path, "one", without=7)
    done = migrate("0003")
    assert done.returncode != 0
    assert "the log of one has a gap" in done.stderr
