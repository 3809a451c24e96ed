"""What tree.json tells of a vault's tree holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.seals.canonical import unb64
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, digest
from siegel.seals.documents import Manifest
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.replay import VaultState
from siegel.seals.rows import FileRow, FolderRow, LockRow, Place, PlaceRow, fields_of, name_key, open_row
from siegel.seals.scanning import require_open
from siegel.seals.signed import Signed

TREE: dict[str, Any] = json.loads((Path(__file__).parent / "tree.json").read_text())
STORE = CertificateStore.verified([Accepted.from_wire(item) for item in TREE["certificates"]], TREE["root"])
SEEDS = {int(number): EpochSeed(unb64(seed)) for number, seed in TREE["epoch_seeds"].items()}
ROWS: dict[str, Any] = {"folder": FolderRow, "file": FileRow, "place": PlaceRow, "lock": LockRow}


def opened(row: dict[str, Any]) -> Any:
    place = Place(TREE["firm"], TREE["vault"], row["node"], row["version"], row["epoch"])
    return open_row(SEEDS[row["epoch"]], place, ROWS[row["kind"]], unb64(row["row"]))


def replayed(count: int) -> VaultState:
    state = VaultState.begin(TREE["firm"], TREE["vault"])
    for step in TREE["steps"][:count]:
        state.apply(Entry.from_wire(step["entry"]), STORE)
    return state


def test_the_tree_is_what_it_should_be_after_each_step() -> None:
    state, rows = VaultState.begin(TREE["firm"], TREE["vault"]), {}
    for step in TREE["steps"]:
        state.apply(Entry.from_wire(step["entry"]), STORE)
        for row in step["rows"]:
            rows[digest(unb64(row["row"]))] = opened(row)
            assert fields_of(opened(row)) == row["fields"]
        found = {
            node: {
                "kind": one.kind,
                "parent": one.parent,
                "name": rows[one.place.row if one.place else one.row].name,
                "version": one.version,
                "live": state.tree.is_live(node),
                "purged": state.tree.is_purged(node),
                "manifest": one.manifest,
            }
            for node, one in state.nodes.items()
        }
        assert found == step["nodes"], step["name"]
        assert sorted(one for one in state.versions if state.is_released(one)) == step["released"], step["name"]


@pytest.mark.parametrize("case", TREE["refused"], ids=[case["name"] for case in TREE["refused"]])
def test_a_change_against_the_rules_of_the_tree_is_refused(case: dict[str, Any]) -> None:
    state = replayed(case["after"])
    with pytest.raises(IntegrityError) as error:
        state.apply(Entry.from_wire(case["entry"]), STORE)
    assert error.value.code == case["code"], error.value


@pytest.mark.parametrize("case", TREE["openings"], ids=[case["name"] for case in TREE["openings"]])
def test_what_a_reader_opens(case: dict[str, Any]) -> None:
    state, code = replayed(case["after"]), None
    entries = [Entry.from_wire(step["entry"]) for step in TREE["steps"]]
    signed = next(one for entry in entries for one in entry.manifests if one.hash == case["manifest"])
    at, released = state.scanned_at(signed.hash), state.is_released(signed.hash)
    try:
        require_open(Signed.from_wire(case["verdict"]), Manifest.parse(signed), STORE, at, released=released)
    except SealError as error:
        code = error.code
    assert code == case["code"]


@pytest.mark.parametrize("case", TREE["broken_rows"], ids=[case["name"] for case in TREE["broken_rows"]])
def test_a_broken_row_of_the_tree_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError) as error:
        opened({"node": case["node"], "version": 0, "epoch": 1, "kind": case["kind"], "row": case["sealed"]})
    assert error.value.code == case["code"]


def test_rows_of_the_tree_open() -> None:
    assert [fields_of(opened(row)) for row in TREE["rows"]] == [row["fields"] for row in TREE["rows"]]


def test_names_that_are_one_are_told_from_others() -> None:
    assert all(name_key(one) == name_key(other) for one, other in TREE["same_names"])
    assert all(name_key(one) != name_key(other) for one, other in TREE["other_names"])
