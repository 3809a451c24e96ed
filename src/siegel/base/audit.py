"""The audit log: what happened, entry by entry, per tenant (docs/formats.md 4).

An entry's leaf holds ids, numbers and hashes; what names people stands beside it and is committed to by an HMAC.
"""

import hmac
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Literal, Protocol

from django.db.models import Max
from django.utils import timezone

from siegel.base.models import AuditEntry, Tenant
from siegel.seals.canonical import JsonInput, b64, encode

SALT_BYTES = 32
LEAF_VERSION = 1

Attester = Literal["person", "scanner", "server"]


class Actor(Protocol):
    """Whoever acts: a person, or later an agent."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class OutsideActionError(RuntimeError):
    """An entry, or its absence, was declared outside an `@action`: a fault in our code."""


# How many entries the running action has written or waived; None outside of actions.
entries_written: ContextVar[int | None] = ContextVar("entries_written", default=None)


def record(
    kind: str,
    *,
    tenant: Tenant,
    by: Actor | None = None,
    about: Mapping[str, JsonInput] | None = None,
    personal: Mapping[str, str] | None = None,
    attested_by: Attester = "server",
) -> AuditEntry:
    """Append an entry of `kind` to the tenant's log, in the transaction of the running action.

    `about` holds ids, numbers and hashes; names belong in `personal`, where the name of `by` is added by itself.
    The index counts from 0 without gaps.
    """
    _count()
    parts = dict(personal or {})
    if by is not None:
        parts["by"] = by.name
    personal_part = encode(parts)
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = encode(
        {
            "about": dict(about or {}),
            "at": int(timezone.now().timestamp()),
            "attested_by": attested_by,
            "by": by.id if by is not None else None,
            "kind": kind,
            "personal": b64(hmac.digest(salt, personal_part, "sha256")),
            "v": LEAF_VERSION,
        }
    )
    return AuditEntry.objects.create(
        tenant=tenant, index=_next_index(tenant), leaf=leaf, personal=personal_part, salt=salt
    )


def unchanged() -> None:
    """Say that the running action found nothing to do (the same request again) and so writes no entry."""
    _count()


def _count() -> None:
    written = entries_written.get()
    if written is None:
        raise OutsideActionError("audit entries are written inside an @action only")
    entries_written.set(written + 1)


def _next_index(tenant: Tenant) -> int:
    # SQLite: BEGIN IMMEDIATE lets one writer in, so nobody else can take this index. Elsewhere the unique constraint
    # turns a race into an error, never into a second entry with the same index.
    last = AuditEntry.objects.filter(tenant=tenant).aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1
