"""self.json, read back."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.seals.canonical import unb64
from siegel.seals.derive import Seed
from siegel.seals.errors import IntegrityError
from siegel.seals.replay import Head
from siegel.seals.self_record import OwnRecord, Seen
from tests.vectors.self_records import seen_wire

TOLD: dict[str, Any] = json.loads(Path(__file__).with_name("self.json").read_text(encoding="utf-8"))


def seen_from(wire: dict[str, Any]) -> Seen:
    return Seen({vault: Head(one["seq"], one["head"]) for vault, one in wire["heads"].items()}, wire["revoked"])


@pytest.mark.parametrize("case", TOLD["cases"], ids=lambda case: case["name"])
def test_a_self_record_opens_for_whom_it_is_and_nobody_else(case: dict[str, Any]) -> None:
    own = OwnRecord(TOLD["firm"], TOLD["person"], TOLD["root"], Seed(unb64(TOLD["seed"])))
    if case["code"] is None:
        record, record_hash = own.open(unb64(case["age"]), case["number"])
        seen = Seen.of(record)
        assert (record_hash, seen_wire(seen), seen.hash) == (TOLD["hash"], TOLD["seen"], TOLD["seen_hash"])
        return
    with pytest.raises(IntegrityError) as error:
        own.open(unb64(case["age"]), case["number"])
    assert error.value.code == case["code"]


@pytest.mark.parametrize("case", TOLD["joins"])
def test_two_devices_know_together_what_each_of_them_saw(case: dict[str, Any]) -> None:
    ours, theirs = seen_from(case["ours"]), seen_from(case["theirs"])
    if case["code"] is None:
        assert seen_wire(ours.joined(theirs)) == case["joined"]
        return
    with pytest.raises(IntegrityError) as error:
        ours.joined(theirs)
    assert error.value.code == case["code"]
