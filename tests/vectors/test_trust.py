"""The vectors of trust.json: whom a roster trusts, and what is declared about a vault."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.errors import IntegrityError
from siegel.seals.events import AcceptedEvent, Place, verify_events
from siegel.seals.holders import Moment, members
from siegel.seals.replay import VaultState, replay
from tests.vectors.trust import wire_requests

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "trust.json").read_text())
STORE = CertificateStore.verified([Accepted.from_wire(item) for item in VECTORS["certificates"]], VECTORS["root"])
EVENTS = [AcceptedEvent.from_wire(item) for item in VECTORS["events"]]


def state() -> VaultState:
    entries = [Entry.from_wire(item) for item in VECTORS["entries"]]
    return replay(VECTORS["firm"], VECTORS["vault"], entries, STORE)


def place() -> Place:
    now = state().position.now
    return Place(VECTORS["firm"], VECTORS["vault"], now.vault_kind, now.roster, now.roster_hash)


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def test_who_is_trusted_is_a_member_to_whom_the_epoch_is_sealed() -> None:
    now = state().position.now
    assert sorted(members(now.roster, STORE, Moment.planned(2**40))) == VECTORS["wraps_for"]


def test_the_events_give_the_requests() -> None:
    assert wire_requests(verify_events(EVENTS, place(), STORE)) == VECTORS["requests"]


@named(VECTORS["broken_entries"])
def test_a_roster_that_trusts(case: dict[str, Any]) -> None:
    vault = state()
    if case["code"] is None:
        vault.apply(Entry.from_wire(case["entry"]), STORE)
        return
    with pytest.raises(IntegrityError, check=lambda error: error.code == case["code"]):
        vault.apply(Entry.from_wire(case["entry"]), STORE)


@named(VECTORS["broken_events"])
def test_one_more_event(case: dict[str, Any]) -> None:
    told = [*EVENTS, AcceptedEvent.from_wire(case["event"])]
    if case["code"] is None:
        assert verify_events(told, place(), STORE)[-1].objection == told[-1].signed.hash
        return
    with pytest.raises(IntegrityError, check=lambda error: error.code == case["code"]):
        verify_events(told, place(), STORE)
