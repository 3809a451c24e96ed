"""Rows as the API shows them (docs/formats.md 10)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from siegel.keys import queries
from siegel.seals.canonical import b64

if TYPE_CHECKING:
    from siegel.accounts.models import SignedInSession
    from siegel.keys.models import Certificate, Wrap

Wire = dict[str, Any]


def certificates(rows: Iterable["Certificate"]) -> list[Wire]:
    """Accepted certificates; `issuer_kind` must be annotated."""
    listed = list(rows)
    confirmed = queries.confirmed_keys(listed)
    return [
        {
            "doc": queries.signed(row).to_wire(),
            "accepted_at": row.accepted_at,
            "log_index": row.log_index,
            "provisional": row.kid not in confirmed,
        }
        for row in listed
    ]


def entry(found: queries.Entry) -> Wire:
    """A record with its roster or epoch, as far as there is one."""
    answer: Wire = {
        "record": queries.signed(found.record).to_wire(),
        "accepted_at": found.record.accepted_at,
        "log_index": found.record.log_index,
    }
    if found.roster:
        answer["roster"] = queries.signed(found.roster).to_wire()
    if found.epoch:
        answer["epoch"] = queries.signed(found.epoch).to_wire()
        if found.epoch.previous_seed is not None:
            answer["previous_seed"] = b64(bytes(found.epoch.previous_seed))
    return answer


def wraps(rows: Iterable["Wrap"]) -> list[Wire]:
    return [{"epoch": row.epoch, "age": b64(bytes(row.age))} for row in rows]


def session(signed_in: "SignedInSession", role: str, *, root: bytes, kid: str, unlock: bytes | None = None) -> Wire:
    """Who is signed in. `unlock` stands in the answer to a password only."""
    person, tenant = signed_in.person, signed_in.person.tenant
    return {
        "person": {"id": person.id, "username": person.username, "name": person.name, "role": role, "kid": kid},
        "firm": {"id": tenant.id, "slug": tenant.slug, "name": tenant.name, "root": b64(root)},
        "half": b64(bytes(signed_in.half)),
        "unlock": b64(unlock) if unlock is not None else None,
    }
