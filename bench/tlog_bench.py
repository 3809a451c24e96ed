"""Proofs and verification of a log of a million entries, stored in SQLite as entries and nodes.

A proof reads its nodes one by one through their primary key, from the page cache; its times are wall clock, the median
over random places. The whole log is verified by one thread and measured in CPU seconds, so that a busy machine changes
little: the best of three runs. Nothing comparable is installed, so there is no peer.
"""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.figures import at_most
from siegel.lib import tlog

SIZE = 1_000_000
ENTRY_SIZE = 300
"""Bytes, about what an audit entry has."""
BATCH = 1000
PROOFS = 2000
ROUNDS = 3
ORIGIN = "bench.example/log"
SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE entry (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE node (level INTEGER, number INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
"""

Figure = dict[str, Any]


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="tlog-bench-") as folder:
        store = sqlite3.connect(Path(folder) / "log.sqlite", isolation_level=None)
        try:
            return _figures(store, _fill(store))
        finally:
            store.close()


def _fill(store: sqlite3.Connection) -> tlog.Frontier:
    store.executescript(SCHEMA)
    frontier = tlog.Frontier()
    filler = "x" * (ENTRY_SIZE - 20)
    for first in range(0, SIZE, BATCH):
        entries = [f"entry {number:08d} {filler}".encode() for number in range(first, first + BATCH)]
        store.execute("BEGIN")
        store.executemany("INSERT INTO entry VALUES (?, ?)", enumerate(entries, start=first))
        for run in frontier.extend(map(tlog.entry_hash, entries)):
            rows = [(run.level, number, digest) for number, digest in enumerate(run.hashes, start=run.first)]
            store.executemany("INSERT INTO node VALUES (?, ?, ?)", rows)
        store.execute("COMMIT")
    return frontier


def _figures(store: sqlite3.Connection, frontier: tlog.Frontier) -> list[Figure]:
    def read(nodes: Sequence[tlog.Node]) -> list[bytes]:
        query = "SELECT hash FROM node WHERE level = ? AND number = ?"
        return [store.execute(query, node).fetchone()[0] for node in nodes]

    root = frontier.root()
    key = Ed25519PrivateKey.generate()
    log = tlog.VerifierKey(ORIGIN, tlog.ED25519, key.public_key().public_bytes_raw())
    text = tlog.Checkpoint(ORIGIN, SIZE, root).text()
    note = tlog.Note(text, (tlog.sign(text, ORIGIN, key),))
    places = [random.Random(number).randrange(SIZE) for number in range(PROOFS)]
    proofs = [tuple(tlog.inclusion_proof(place, SIZE, read)) for place in places]
    leaves = [read([tlog.Node(0, place)])[0] for place in places]
    files = [tlog.ProofFile(place, proof, note).encode() for place, proof in zip(places, proofs, strict=True)]
    cases = list(zip(leaves, places, proofs, files, strict=True))

    proving = _median_s(lambda case: tlog.inclusion_proof(case[1], SIZE, read), cases)
    verifying = _median_s(lambda case: tlog.verify_inclusion(case[0], case[1], SIZE, case[2], root), cases)
    opening = _median_s(lambda case: tlog.ProofFile.parse(case[3]).verify(case[0], log), cases)
    older = [max(place, 1) for place in places]
    growing = _median_s(lambda size: tlog.consistency_proof(size, SIZE, read), older)
    whole = min(_full_verification_s(store, note, log) for _ in range(ROUNDS))
    return [
        at_most("tlog.inclusion_proof_1m_p50", proving * 1e3, "ms", 1.0, digits=3),
        at_most("tlog.consistency_proof_1m_p50", growing * 1e3, "ms", None, digits=3),
        at_most("tlog.verify_inclusion_1m_p50", verifying * 1e6, "µs", 50.0, digits=3),
        at_most("tlog.verify_proof_file_p50", opening * 1e6, "µs", None, digits=3),
        at_most("tlog.full_verification_1m", whole, "CPU s", 4.0, digits=3),
    ]


def _median_s(work: Callable[[Any], object], cases: Iterable[Any]) -> float:
    def timed() -> Iterator[float]:
        for case in cases:
            start = time.perf_counter()
            work(case)
            yield time.perf_counter() - start

    return statistics.median(timed())


def _full_verification_s(store: sqlite3.Connection, note: tlog.Note, log: tlog.VerifierKey) -> float:
    """From the stored entries alone: hash all, build the tree, compare with the signed checkpoint."""
    start = time.process_time()
    checkpoint = tlog.open_checkpoint(note, log).checkpoint
    frontier = tlog.Frontier()
    rows = store.execute("SELECT content FROM entry ORDER BY number")
    while batch := rows.fetchmany(BATCH):
        frontier.extend(tlog.entry_hash(content) for (content,) in batch)
    if (frontier.size, frontier.root()) != (checkpoint.size, checkpoint.root):
        raise RuntimeError("the log does not verify")
    return time.process_time() - start
