"""A server that lies about the firm's root: invents one, hides a change, goes back, or has stolen the old one.

The lies themselves stand in tests/vectors/roots.json, where the browser's tests find them too.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import tests.vectors
from siegel.agent.certificates import Certificates
from siegel.agent.session import Home
from siegel.seals.certificates import CertificateStore
from siegel.seals.errors import IntegrityError
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.signed import Accepted

VECTORS = json.loads((Path(tests.vectors.__file__).parent / "roots.json").read_text())
PEOPLE, ROOTS = VECTORS["people"], VECTORS["roots"]


def seen(shown: dict[str, Any], pinned: str) -> CertificateStore:
    """What a client makes of it that has pinned this root."""
    revocations = [AcceptedRevocation.from_wire(one) for one in shown["revocations"]]
    return CertificateStore.verified([Accepted.from_wire(one) for one in shown["certificates"]], pinned, revocations)


@pytest.mark.parametrize("pinned", ROOTS)
def test_whichever_root_was_pinned_leads_to_the_present_one(pinned: str) -> None:
    store = seen(VECTORS["honest"], pinned)
    assert [root.kid for root in store.roots()] == ROOTS
    root = store.root()
    assert root is not None
    assert root.kid == ROOTS[-1]
    assert all(store.in_force(kid) for kid in PEOPLE.values())
    assert [store.in_force(kid) for kid in ROOTS] == [False, False, True]


def test_what_the_old_root_certified_before_stays_and_what_a_thief_certified_falls() -> None:
    shown = VECTORS["stolen"]
    store = seen(shown, ROOTS[0])
    at = shown["changed_at"]
    assert store.in_force(PEOPLE["owner"])
    assert store.in_force(PEOPLE["partner"]), "certified anew"
    old = [known for known in store if known.kid == PEOPLE["partner"] and known.log_index < at]
    assert [store._stands(known, at) for known in old] == [False]
    assert store.in_force(PEOPLE["clerk"]), "by an owner who was certified before"


def shown_to(shown: dict[str, Any], home: Home, pinned: str) -> Certificates:
    """The program `siegel`, run once more."""
    certificates = Certificates(pinned)
    certificates.learn(shown["certificates"], shown["revocations"])
    certificates.require_seen(home)
    return certificates


def test_the_program_follows_the_root_tells_of_it_once_and_never_goes_back(tmp_path: Path) -> None:
    home, pinned = Home(tmp_path), ROOTS[0]
    assert shown_to(VECTORS["honest"], home, pinned).new_root == (ROOTS[0], ROOTS[-1])
    assert shown_to(VECTORS["honest"], home, pinned).new_root is None
    with pytest.raises(IntegrityError, match="root") as found:
        shown_to(VECTORS["stolen"], home, pinned)
    assert found.value.code == "root_rolled_back", "two views: the third root was seen before"
    home.pin("https://muster.example", VECTORS["firm"], pinned)
    with pytest.raises(IntegrityError) as found:
        home.pin("https://muster.example", VECTORS["firm"], ROOTS[1])
    assert found.value.code == "root_changed"
    home.pin("https://muster.example", VECTORS["firm"], ROOTS[1], ROOTS)


@pytest.mark.parametrize("lie", VECTORS["lies"], ids=lambda lie: str(lie["name"]))
def test_a_lie_about_the_root_is_found_out(lie: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError) as found:
        seen(lie, lie["pinned"])
    assert found.value.code == lie["code"]
