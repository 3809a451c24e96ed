"""Everything again from the stored bytes: what the log says of itself, held against what was signed of it.

It finds what somebody altered who rules the database but not the log key with its memory. Who rules both can rebuild
all that lies here; then those find it who hold an older checkpoint: browsers, witnesses, auditors.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from siegel.base.audit import checkpoints, notary, provider, stamping, tree
from siegel.base.audit.erasure import ERASED_KIND, erased_ranges
from siegel.base.models import AuditBeginning, AuditCheck, AuditCheckpoint, Tenant
from siegel.lib import tlog
from siegel.lib.merkle import HASH_SIZE, leaf_hashes
from siegel.seals.log_origins import predecessor

BATCH = 1000
_ERASED_MARK = f'"kind":"{ERASED_KIND}"'.encode()
_PERSONAL_MARK = b'"personal":"'
_COMMITMENT_SIZE = 43
# What HMAC makes of its key: each byte, and those that fill the block.
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_INNER_REST, _OUTER_REST = b"\x36" * 32, b"\x5c" * 32

Row = tuple[int, bytes, bytes, bytes, bytes]
"""index, leaf, hashes, personal, salt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold, or (`is_tampered` false) could not be told. `index`: the first entry it concerns.

    entry_missing, entry_altered, tree_altered, personal_altered, personal_missing, log_cut, log_differs,
    checkpoint_invalid, timestamp_altered, firm_differs; unsigned, timestamp_untrusted.
    """

    code: str
    index: int | None
    is_tampered: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """`root`: of the tree of `size` as it was computed; None where a finding stopped it."""

    size: int
    finding: Finding | None
    root: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A head that the log must have had: of a signed checkpoint, or the notary's last. None: its note is invalid."""

    size: int
    root: bytes | None


def verify(tenant_id: str) -> Report:
    """The first finding in the order of the log, if any. Memory does not grow with the log but by a bit per entry."""
    signed, problem = _signed_heads(tenant_id)
    size = tree.size_of(tenant_id)
    if size and not signed:
        problem = Finding("unsigned", None, is_tampered=False)
    walk = _Walk(tenant_id, size)
    finding = (
        walk.run(signed) or walk.unlawfully_emptied() or _firm_differs(tenant_id) or _bad_stamp(tenant_id) or problem
    )
    return Report(size, finding, walk.frontier.root() if walk.frontier.size == size else None)


def inner_finding(tenant_id: str) -> Finding | None:
    """The first entry that does not fit the others, whatever was signed."""
    return _Walk(tenant_id, tree.size_of(tenant_id)).run([])


def check(tenant_id: str) -> Report:
    """`verify`, its result kept for the pages."""
    report = verify(tenant_id)
    found = report.finding
    values = {
        "at": int(time.time()),
        "size": report.size,
        "code": found.code if found else "",
        "index": found.index if found else None,
        "is_tampered": found is not None and found.is_tampered,
    }
    AuditCheck.objects.update_or_create(tenant_id=tenant_id, defaults=values)
    return report


def _firm_differs(tenant_id: str) -> Finding | None:
    """In the provider's log: a head that the firm's log never had."""
    if not Tenant.objects.filter(pk=tenant_id, kind=Tenant.Kind.PROVIDER).exists():
        return None
    index = provider.first_differing(tenant_id)
    return None if index is None else Finding("firm_differs", index)


def _bad_stamp(tenant_id: str) -> Finding | None:
    code = stamping.first_bad(tenant_id)
    return Finding(code, None, is_tampered=code == "timestamp_altered") if code else None


def _signed_heads(tenant_id: str) -> tuple[list[Held], Finding | None]:
    """All heads that were signed and that the log must have, by size, and what is missing to know them all."""
    published = checkpoints.log_of(tenant_id)
    keys, heads, problem = _Keys(published.vkey), list[Held](), None
    keys.add(*import_string(settings.LOG_VERIFIERS)(tenant_id))  # before it was renewed it was another
    try:
        last = notary.last(published.origin)
        keys.add(*(notary.last(one).vkey for one in _origins(published.origin)))
        if last.root is not None:
            heads.append(Held(last.size, last.root))
        if last.opening is not None:  # the log went on under another origin, and the tables do not know it
            opening = tlog.Checkpoint.parse(tlog.Note.parse(last.opening.encode()).text)
            heads.append(Held(opening.size, opening.root))
    except notary.NotaryError:
        problem = Finding("unsigned", None, is_tampered=False)
        for pair in AuditBeginning.objects.filter(tenant=tenant_id).values_list("vkey", "before"):
            keys.add(*pair)
    rows = AuditCheckpoint.objects.filter(tenant=tenant_id).order_by("size").values_list("size", "note")
    heads += [_head(size, bytes(note), keys) for size, note in rows.iterator(BATCH)]
    return sorted(heads, key=lambda head: head.size), problem


def _origins(origin: str) -> Iterator[str]:
    """This one and those before it."""
    before: str | None = origin
    while before is not None:
        yield before
        before = predecessor(before)


class _Keys:
    """The keys of a log's origins: of each the present one and those that an owner certified before."""

    def __init__(self, *vkeys: str) -> None:
        self._by_origin: dict[str, set[tlog.VerifierKey]] = {}
        self.add(*filter(None, vkeys))

    def add(self, *vkeys: str) -> None:
        for key in map(tlog.VerifierKey.parse, vkeys):
            self._by_origin.setdefault(key.name, set()).add(key)

    def opened(self, note: bytes) -> tlog.Checkpoint | None:
        """None for what none of them signed."""
        try:
            signed = tlog.Note.parse(note)
            keys = self._by_origin.get(signed.text.partition("\n")[0], set())
            return tlog.Checkpoint.parse(signed.text) if keys and signed.verify(keys) else None
        except tlog.TlogError:
            return None


def _head(size: int, note: bytes, keys: _Keys) -> Held:
    checkpoint = keys.opened(note)
    return Held(size, checkpoint.root if checkpoint and checkpoint.size == size else None)


class _Walk:
    """One pass over the entries."""

    def __init__(self, tenant_id: str, size: int) -> None:
        self._tenant_id, self._size = tenant_id, size
        self.frontier = tlog.Frontier()
        self._emptied = bytearray(size // 8 + 1)
        self._erased = bytearray(size // 8 + 1)

    def run(self, heads: list[Held]) -> Finding | None:
        """Batches end where a signed head does, so that its root can be compared."""
        for size, together in groupby(heads, key=lambda head: head.size):
            known_good = self.frontier.size
            found = self._up_to(min(size, self._size))
            if found is None and size > self._size:
                found = Finding("log_cut", self._size)
            if found is None:
                root = self.frontier.root()
                found = next((_differs(head, root, known_good) for head in together if head.root != root), None)
            if found is not None:
                return found
        return self._up_to(self._size)

    def unlawfully_emptied(self) -> Finding | None:
        """The first entry whose personal part is gone without an entry that says so."""
        for place, (emptied, erased) in enumerate(zip(self._emptied, self._erased, strict=True)):
            if wrong := emptied & ~erased:
                return Finding("personal_missing", place * 8 + (wrong & -wrong).bit_length() - 1)
        return None

    def _up_to(self, size: int) -> Finding | None:
        while self.frontier.size < size:
            first = self.frontier.size
            rows = _rows(self._tenant_id, first, min(BATCH, size - first))
            found = self._batch(first, rows) if rows else Finding("entry_missing", first)
            if found is not None:
                return found
        return None

    def _batch(self, first: int, rows: list[Row]) -> Finding | None:
        indexes, leaves, stored, personals, salts = zip(*rows, strict=True)
        if indexes != tuple(range(first, first + len(rows))):
            return Finding("entry_missing", next(at for at, one in enumerate(indexes, first) if one != at))
        if (strange := _no_bytes(leaves, stored, personals, salts)) is not None:
            return Finding("entry_altered", first + strange)
        altered = self._tree_differs(first, leaves, stored)
        # Both in the order of the log: the name beside an entry before whatever comes behind it.
        upto = len(rows) if altered is None or altered.index is None else altered.index - first
        if _ERASED_MARK in b"\n".join(leaves[:upto]):
            for leaf in leaves[:upto]:
                if _ERASED_MARK in leaf:
                    self._note_erasure(leaf)
        if _personals_hold(leaves[:upto], personals[:upto], salts[:upto]):
            return altered
        return next((Finding("personal_altered", row[0]) for row in rows[:upto] if not self._holds(row)), altered)

    def _tree_differs(self, first: int, leaves: Sequence[bytes], stored: Sequence[bytes]) -> Finding | None:
        """Compares level by level, a level of the batch at once: the whole log goes through here."""
        runs = self.frontier.extend(leaf_hashes(leaves))
        if sum(map(len, stored)) == HASH_SIZE * sum(len(run.hashes) for run in runs):
            for level, number, hashes in runs:
                part = slice(level * HASH_SIZE, (level + 1) * HASH_SIZE)
                held = stored[tree.holder(tlog.Node(level, number)) - first :: 1 << level]
                if [one[part] for one in held] != hashes:
                    break
            else:
                return None
        return _first_altered(first, stored, runs)

    def _holds(self, row: Row) -> bool:
        """Whether the personal part is what the leaf commits to, or is gone."""
        index, leaf, _, personal, salt = row
        if not personal and not salt:
            self._emptied[index >> 3] |= 1 << (index & 7)
            return True
        return urlsafe_b64encode(hmac.digest(salt, personal, "sha256"))[:_COMMITMENT_SIZE] == _committed(leaf)

    def _note_erasure(self, leaf: bytes) -> None:
        for first, last in erased_ranges(leaf):
            for index in range(first, min(last, self._size - 1) + 1):
                self._erased[index >> 3] |= 1 << (index & 7)


def _differs(head: Held, root: bytes, known_good: int) -> Finding:
    return Finding("log_differs" if head.root is not None else "checkpoint_invalid", known_good)


def _no_bytes(*columns: Sequence[object]) -> int | None:
    """The first row with anything else in a column of bytes: SQLite stores there what it is given."""
    if all(set(map(type, column)) == {bytes} for column in columns):
        return None
    return next(at for at, row in enumerate(zip(*columns, strict=True)) if set(map(type, row)) != {bytes})


def _committed(leaf: bytes) -> bytes:
    begin = leaf.rfind(_PERSONAL_MARK) + len(_PERSONAL_MARK)
    return leaf[begin : begin + _COMMITMENT_SIZE]


def _personals_hold(leaves: Sequence[bytes], personals: Sequence[bytes], salts: Sequence[bytes]) -> bool:
    """Whether all personal parts are there and are what the leaves commit to. Where not, `_Walk._holds` says which.

    One byte more, and 32 bytes are 44 characters of base64: all are encoded at once.
    """
    made = hmacs(salts, personals)
    return urlsafe_b64encode(b"\0".join([*made, b""])) == b"A".join([*map(_committed, leaves), b""])


def hmacs(keys: Sequence[bytes], texts: Sequence[bytes]) -> list[bytes]:
    """HMAC-SHA-256 (RFC 2104) of each text under its key of 32 bytes, in 60 % of the time that `hmac.digest` takes.

    Under a key of another length it is some other hash, never that of a key of 32 bytes.
    """
    inner = [sha256(key.translate(_INNER) + _INNER_REST + text).digest() for key, text in zip(keys, texts, strict=True)]
    return [
        sha256(key.translate(_OUTER) + _OUTER_REST + digest).digest() for key, digest in zip(keys, inner, strict=True)
    ]


def _first_altered(first: int, stored: Sequence[bytes], runs: list[tlog.Run]) -> Finding:
    """The first entry whose own hash is another; else the first one below the lowest node that is another."""
    for level, number, hashes in runs:
        for place, digest in enumerate(hashes, number):
            held = stored[tree.holder(tlog.Node(level, place)) - first]
            if held[level * HASH_SIZE : (level + 1) * HASH_SIZE] != digest:
                return Finding("tree_altered" if level else "entry_altered", place << level)
    return Finding("tree_altered", first)


def _rows(tenant_id: str, first: int, limit: int) -> list[Row]:
    query = (
        'SELECT "index", leaf, hashes, personal, salt FROM base_auditentry'
        ' WHERE tenant_id = %s AND "index" >= %s ORDER BY "index" LIMIT %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [tenant_id, first, limit])
        rows: list[Row] = cursor.fetchall()
        return rows


def leaves_of(tenant_id: str, *, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """(index, leaf) of all entries, streamed, not verified."""
    while rows := _rows(tenant_id, first, BATCH):
        yield from ((row[0], row[1]) for row in rows)
        first = rows[-1][0] + 1
