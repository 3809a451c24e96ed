"""The vectors of hierarchy.json: what is in force, who holds, what is due, and what is refused."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.derive import Seed
from siegel.seals.epochs import HeldWrap, open_epochs, rotation_due
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import Moment, members
from siegel.seals.replay import VaultState, replay
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.teams import replay_team

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "hierarchy.json").read_text())
ACCEPTED = [Accepted.from_wire(item) for item in VECTORS["certificates"]]
REVOCATIONS = [AcceptedRevocation.from_wire(item) for item in VECTORS["revocations"]]
CHAINS = {name: [Entry.from_wire(item) for item in chain["entries"]] for name, chain in VECTORS["chains"].items()}
LAST = VECTORS["steps"][-1]["log_index"]


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def store_at(index: int, *, extra: Iterable[Accepted] = (), teams: bool = True) -> CertificateStore:
    """What a client knows that has seen the log up to `index`."""
    accepted = [*(item for item in ACCEPTED if item.log_index <= index), *extra]
    revocations = [item for item in REVOCATIONS if item.log_index <= index]
    store = CertificateStore.verified(accepted, VECTORS["root"], revocations)
    entries = [entry for entry in CHAINS["team"] if entry.log_index <= index]
    if teams and entries:
        team = replay_team(entries, store)
        store.teams[team.id] = team
    return store


def replayed(name: str, store: CertificateStore, entries: list[Entry]) -> VaultState:
    return replay(VECTORS["firm"], VECTORS["chains"][name]["id"], entries, store)


STORE = store_at(LAST)


@pytest.mark.parametrize("step", VECTORS["steps"], ids=[str(step["log_index"]) for step in VECTORS["steps"]])
def test_what_is_true_after_each_place_of_the_log(step: dict[str, Any]) -> None:
    at = step["log_index"]
    store = store_at(at)
    kids = {known.kid for known in store}
    assert sorted(kid for kid in kids if store.in_force(kid)) == step["in_force"]
    assert sorted(kid for kid in kids if STORE.in_force(kid, at)) == step["in_force"]
    assert sorted({known.kid for known in store if store.is_provisional(known.kid)}) == step["provisional"]
    for name, told in step["chains"].items():
        state = replayed(name, store, [entry for entry in CHAINS[name] if entry.log_index <= at])
        roster = state.position.now.roster
        for one in (store, STORE):
            found = members(roster, one, Moment(at, step["time"]))
            assert {member.key: member.rights for member in found.values()} == told["members"]
        assert rotation_due(state.position, store, step["time"]) == told["due"]


def test_the_chains_end_at_their_heads() -> None:
    for name, chain in VECTORS["chains"].items():
        assert replayed(name, STORE, CHAINS[name]).head.hash == chain["head"]


def test_what_a_planned_revocation_would_fell() -> None:
    for plan in VECTORS["fallen_by"]:
        assert [known.kid for known in STORE.fallen_by(plan["key"], plan["since"])] == plan["falls"]


@named(VECTORS["hearsay_rosters"])
def test_a_roster_is_judged_by_the_key_that_its_author_names(case: dict[str, Any]) -> None:
    state = replay(VECTORS["firm"], case["vault"], map(Entry.from_wire, case["entries"]), STORE)
    assert rotation_due(state.position, STORE, case["at"]) == case["due"]


def test_a_member_opens_what_his_team_holds() -> None:
    own, through = VECTORS["opens"]
    new = Seed(unb64(VECTORS["people"]["new"]["seed"]))
    team, vault = (replayed(name, STORE, CHAINS[name]) for name in ("team", "vault"))
    opened = open_epochs({own["epoch"]: unb64(own["age"])}, new, team.epochs)
    held = HeldWrap(through["epoch"], unb64(through["age"]), opened.seeds[3].identity())
    known = STORE.by_kid(through["key"])
    assert known is not None
    assert known.certificate.recipient == opened.seeds[3].recipient()
    seeds = open_epochs({}, new, vault.epochs, [held]).seeds
    expected = {number: seed for number, seed in VECTORS["chains"]["vault"]["seeds"].items() if int(number) <= 6}
    assert {str(number): b64(seed.reveal()) for number, seed in seeds.items()} == expected


def code_of(attempt: Any) -> str | None:
    try:
        attempt()
    except IntegrityError as error:
        return error.code
    return None


@named(VECTORS["broken_revocations"])
def test_who_may_revoke(case: dict[str, Any]) -> None:
    revocation = AcceptedRevocation.from_wire(case["revocation"])
    attempt = [*REVOCATIONS, revocation]
    assert code_of(lambda: CertificateStore.verified(ACCEPTED, VECTORS["root"], attempt)) == case["code"]


@named(VECTORS["broken_certificates"])
def test_who_may_certify(case: dict[str, Any]) -> None:
    attempt = [*ACCEPTED, Accepted.from_wire(case["certificate"])]
    assert code_of(lambda: CertificateStore.verified(attempt, VECTORS["root"], REVOCATIONS)) == case["code"]


@named(VECTORS["broken_entries"])
def test_who_may_write(case: dict[str, Any]) -> None:
    entries = CHAINS[case["chain"]][: case["after"]] if case["chain"] else []
    state = replay(VECTORS["firm"], case["vault"], entries, STORE)
    store = store_at(LAST, extra=map(Accepted.from_wire, case["extra"]), teams=case["teams"])
    assert code_of(lambda: state.apply(Entry.from_wire(case["entry"]), store)) == case["code"]
