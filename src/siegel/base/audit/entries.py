"""Writing entries. An action collects them; the outermost one writes them as its last step, with the tree.

An entry's leaf holds ids, numbers and hashes; what names people stands beside it and is committed to by an HMAC.
"""

import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Literal, Protocol

from django.db import transaction
from django.utils import timezone

from siegel.base.audit import checkpoints, sequencer, states, tree
from siegel.base.audit.kinds import is_weighty
from siegel.base.models import AuditEntry, Tenant
from siegel.lib.tlog import MAX_ENTRY_SIZE, require_entry
from siegel.seals.canonical import JsonInput, b64, encode

SALT_BYTES = 32
LEAF_VERSION = 1
LEAF_VERSION_WITH_STATES = 2
STATES_PER_ENTRY = 400
STATES_KIND = "base.states_noted"

Attester = Literal["person", "scanner", "server"]


class Actor(Protocol):
    """Whoever acts: a person, or later an agent."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class OutsideActionError(RuntimeError):
    """An entry, or its absence, was declared outside an `@action`: a fault in our code."""


class NotInTurnError(RuntimeError):
    """An action asked for the index of its entry without having said `in_turn`: a fault in our code."""


@dataclass(eq=False)
class Logged:
    """An entry that is not written yet. Its index is known once the action is in turn."""

    leaf: dict[str, JsonInput]
    entry: AuditEntry
    place: int | None = None

    @property
    def index(self) -> int:
        """Counted from 0 without gaps. NotInTurnError."""
        if self.place is None:
            raise NotInTurnError(str(self.leaf["kind"]))
        return self.place

    @property
    def at(self) -> int:
        """The time that the entry states; what is stored beside a document must be the same."""
        return int(str(self.leaf["at"]))


@dataclass(eq=False)
class Batch:
    """The entries of an outermost action, in order. `sizes`: of the logs whose turn it has, with its own entries."""

    drafts: list[Logged] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def take_turn(self, tenant_id: str) -> None:
        if tenant_id in self.sizes:
            return
        self.sizes[tenant_id] = sequencer.take_turn(tenant_id)
        for draft in self.drafts:
            if draft.entry.tenant_id == tenant_id:
                self._number(draft)

    def add(self, tenant: Tenant, leaf: dict[str, JsonInput], personal: bytes, salt: bytes) -> Logged:
        content = encode(leaf)
        require_entry(content)
        draft = Logged(leaf, AuditEntry(tenant=tenant, leaf=content, personal=personal, salt=salt))
        if tenant.pk in self.sizes:
            self._number(draft)
        self.drafts.append(draft)
        return draft

    def _number(self, draft: Logged) -> None:
        draft.place = draft.entry.index = self.sizes[draft.entry.tenant_id]
        self.sizes[draft.entry.tenant_id] += 1

    def forget(self, kept: int, sizes: dict[str, int]) -> None:
        """An inner action failed: what it recorded did not happen, and a turn that it took is over."""
        del self.drafts[kept:]
        self.sizes = sizes
        for draft in self.drafts:
            if draft.entry.tenant_id not in sizes:
                draft.place = None

    def write(self) -> None:
        """Inserts everything, in the transaction of the action."""
        if not self.drafts:
            return
        weighty = {draft.entry.tenant_id for draft in self.drafts if is_weighty(bytes(draft.entry.leaf))}
        may_wait = sequencer.is_used() and not self.sizes and not weighty
        # The last entry about a row tells its state, so such entries stand in the order of the changes.
        if not (may_wait and sequencer.pend([draft.entry for draft in self.drafts])):
            self._note_states()
            self._append()
        for tenant_id in dict.fromkeys(draft.entry.tenant_id for draft in self.drafts):
            transaction.on_commit(partial(checkpoints.grown, tenant_id, at_once=tenant_id in weighty), robust=True)

    def _append(self) -> None:
        for tenant_id in dict.fromkeys(draft.entry.tenant_id for draft in self.drafts):
            self.take_turn(tenant_id)
            tree.append([draft.entry for draft in self.drafts if draft.entry.tenant_id == tenant_id])

    def _note_states(self) -> None:
        """Puts the states of changed rows into the last entry, and into entries of their own what has no room there."""
        changed = iter(states.changed())
        last = self.drafts[-1]
        first = list(islice(changed, STATES_PER_ENTRY))
        if not first:
            return
        whole = encode(_with_states(last.leaf, first))
        if len(whole) <= MAX_ENTRY_SIZE:
            last.entry.leaf, first = whole, []
        for noted in [first, *iter(lambda: list(islice(changed, STATES_PER_ENTRY)), [])]:
            if noted:
                leaf, salt = _leaf(STATES_KIND, None, {}, b"{}", "server")
                self.add(last.entry.tenant, _with_states(leaf, noted), b"{}", salt)


@dataclass(eq=False)
class Frame:
    """A running action: how many entries it has written or waived."""

    batch: Batch
    written: int = 0


_running: ContextVar[Frame | None] = ContextVar("running", default=None)


def prepare() -> None:
    """Before the transaction of an action: its changes are watched from here on."""
    if _running.get() is None:
        states.watch()


@contextmanager
def frame() -> Iterator[Frame]:
    """Around an action, inside its transaction, after `prepare`. The outermost writes the entries of all at its end."""
    outer = _running.get()
    own = Frame(outer.batch if outer else Batch())
    kept, sizes = len(own.batch.drafts), dict(own.batch.sizes)
    token = _running.set(own)
    try:
        yield own
        if outer is None:
            own.batch.write()
    except BaseException:
        own.batch.forget(kept, sizes)
        raise
    finally:
        _running.reset(token)
    if outer is not None:
        outer.written += own.written


def in_turn(tenant: Tenant) -> None:
    """First statement of an action that quotes the index of its entries, or that decides by what others may change.

    Until it has ended, no other action in turn of this tenant goes on: what it reads holds, as with SQLite.
    """
    _frame().batch.take_turn(tenant.pk)


def record(
    kind: str,
    *,
    tenant: Tenant,
    by: Actor | None = None,
    about: Mapping[str, JsonInput] | None = None,
    personal: Mapping[str, str] | None = None,
    attested_by: Attester = "server",
) -> Logged:
    """Append an entry of `kind` to the tenant's log, in the transaction of the running action.

    `about` holds ids, numbers and hashes; names belong in `personal`, where the name of `by` is added by itself.
    The row is inserted when the outermost action ends. EntryError from 64 KiB on.
    """
    batch = _count().batch
    parts = dict(personal or {})
    if by is not None:
        parts["by"] = by.name
    personal_part = encode(parts)
    leaf, salt = _leaf(kind, by.id if by is not None else None, dict(about or {}), personal_part, attested_by)
    return batch.add(tenant, leaf, personal_part, salt)


def unchanged() -> None:
    """Say that the running action found nothing to do (the same request again) and so writes no entry."""
    _count()


def _leaf(
    kind: str, by: str | None, about: dict[str, Any], personal: bytes, attested_by: Attester
) -> tuple[dict[str, JsonInput], bytes]:
    salt = secrets.token_bytes(SALT_BYTES)
    return {
        "about": about,
        "at": int(timezone.now().timestamp()),
        "attested_by": attested_by,
        "by": by,
        "kind": kind,
        "personal": b64(hmac.digest(salt, personal, "sha256")),
        "v": LEAF_VERSION,
    }, salt


def _with_states(leaf: dict[str, JsonInput], noted: list[states.State]) -> dict[str, JsonInput]:
    return {**leaf, "states": noted, "v": LEAF_VERSION_WITH_STATES}


def _count() -> Frame:
    running = _frame()
    running.written += 1
    return running


def _frame() -> Frame:
    running = _running.get()
    if running is None:
        raise OutsideActionError("audit entries are written inside an @action only")
    return running
