"""Rows as the API shows them (docs/formats.md 10)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from siegel.keys import queries, schemas
from siegel.keys.actions import chains
from siegel.keys.evidence import Evidence
from siegel.keys.overview import PersonKeys, TeamLine
from siegel.keys.recovery import LostVault, RecoverableChain
from siegel.seals.canonical import b64

if TYPE_CHECKING:
    from siegel.accounts.models import SignedInSession
    from siegel.keys.models import AccessEvent, Certificate, Revocation, Wrap

Wire = dict[str, Any]


def certificates(rows: Iterable["Certificate"]) -> list[Wire]:
    """Accepted certificates; `provisional` must be annotated."""
    return [_accepted(row) | {"provisional": getattr(row, "provisional")} for row in rows]  # noqa: B009


def evidence(found: Evidence) -> Wire:
    """Certificates, revocations, teams: three parts of an answer."""
    return {
        "certificates": certificates(found.certificates),
        "revocations": [_accepted(row) for row in found.revocations],
        "teams": [{"id": team, "entries": [entry(one) for one in entries]} for team, entries in found.teams.items()],
    }


def event(row: "AccessEvent") -> Wire:
    return _accepted(row)


def _accepted(row: "AccessEvent | Certificate | Revocation") -> Wire:
    doc = queries.signed(row).to_wire()
    return {"doc": doc, "accepted_at": row.accepted_at, "log_index": row.log_index}


def recoverable(chain: RecoverableChain) -> Wire:
    kind = "team" if chain.is_team else "dossier"
    return {"id": chain.id, "vault_kind": kind, "held": chain.held, "wraps": wraps(chain.wraps)}


def lost_vault(found: LostVault) -> Wire:
    person, name = found.founder
    return {"id": found.id, "founder": {"id": person, "name": name}, "wraps": wraps(found.wraps)}


def documents_of(append: schemas.Append) -> chains.Documents:
    return chains.Documents(
        record=append.record.signed(),
        roster=append.roster.signed() if append.roster else None,
        epoch=append.epoch.signed() if append.epoch else None,
        previous_seed=append.previous_seed,
        wraps={wrap.key: wrap.age for wrap in append.wraps},
        certificate=append.certificate.signed() if append.certificate else None,
    )


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


def team(line: TeamLine) -> Wire:
    row, chain = line.team, line.team.chain
    return {
        "id": row.pk,
        "name": row.name,
        "office": row.office_id,
        "seq": chain.head_seq,
        "head": chain.head_hash,
        "due": line.due,
        "rights": line.rights,
    }


def person_keys(one: PersonKeys) -> Wire:
    """`since`: when the newest key was first certified; `in_force`: whether it counts."""
    key = one.certificate
    return {
        "id": one.id,
        "username": one.username,
        "name": one.name,
        "role": one.standing.role if one.standing else None,
        "office": one.standing.office_id if one.standing else None,
        "state": one.state,
        "generation": key.generation if key else None,
        "kid": key.kid if key else None,
        "since": key.accepted_at if key else None,
        "in_force": key is not None and key.out_at is None,
        "devices": one.devices,
        "vaults": one.vaults,
        "teams": one.teams,
        "methods": one.methods,
    }


def wraps(rows: Iterable["Wrap"]) -> list[Wire]:
    return [{"epoch": row.epoch, "key": row.kid, "age": b64(bytes(row.age))} for row in rows]


def session(signed_in: "SignedInSession", role: str, *, root: bytes, kid: str, unlock: bytes | None = None) -> Wire:
    """Who is signed in. `unlock` stands in the answer to a password only."""
    person, tenant = signed_in.person, signed_in.person.tenant
    return {
        "person": {"id": person.id, "username": person.username, "name": person.name, "role": role, "kid": kid},
        "firm": {"id": tenant.id, "slug": tenant.slug, "name": tenant.name, "root": b64(root)},
        "half": b64(bytes(signed_in.half)),
        "unlock": b64(unlock) if unlock is not None else None,
    }
