"""What log.json says of a transparency log holds here as in the browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.lib import tlog
from siegel.seals.canonical import unb64

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "log.json").read_text())
LOG, WITNESS = (tlog.VerifierKey.parse(VECTORS[name]) for name in ("log", "witness"))


def named(kind: str) -> Any:
    return pytest.mark.parametrize("case", VECTORS[kind], ids=[case["name"] for case in VECTORS[kind]])


@pytest.mark.parametrize("text", VECTORS["bad_keys"])
def test_a_bad_key_is_refused(text: str) -> None:
    with pytest.raises(tlog.KeyFormatError):
        tlog.VerifierKey.parse(text)


@named("checkpoints")
def test_a_checkpoint_is_judged_as_it_should(case: dict[str, Any]) -> None:
    def opened() -> tlog.VerifiedCheckpoint:
        return tlog.open_checkpoint(tlog.Note.parse(unb64(case["signed"])), LOG, [WITNESS])

    if case["code"]:
        with pytest.raises(tlog.TlogError) as caught:
            opened()
        assert caught.value.code == case["code"]
    else:
        assert (opened().checkpoint.size, opened().cosigned.get(WITNESS)) == (case["size"], case["cosigned"])


@named("growth")
def test_growth_is_judged_as_it_should(case: dict[str, Any]) -> None:
    older, newer = (tlog.Checkpoint.parse(case[name]) for name in ("older", "newer"))
    proof = [unb64(digest) for digest in case["proof"]]
    if case["code"]:
        with pytest.raises(tlog.TlogError) as caught:
            tlog.verify_growth(older, newer, proof)
        assert caught.value.code == case["code"]
    else:
        tlog.verify_growth(older, newer, proof)


@named("proofs")
def test_a_proof_file_is_judged_as_it_should(case: dict[str, Any]) -> None:
    def verified() -> tlog.VerifiedCheckpoint:
        return tlog.ProofFile.parse(unb64(case["file"])).verify(tlog.entry_hash(unb64(case["entry"])), LOG, [WITNESS])

    if case["code"]:
        with pytest.raises(tlog.TlogError) as caught:
            verified()
        assert caught.value.code == case["code"]
    else:
        assert WITNESS in verified().cosigned
