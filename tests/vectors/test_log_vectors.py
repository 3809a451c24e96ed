"""What log.json says of a transparency log holds here as in the browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.log_origins import Beginning, Loss, compare, passed

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


@named("origins")
def test_a_log_that_began_anew_is_judged_as_it_should(case: dict[str, Any]) -> None:
    def judged() -> tuple[Loss | None, list[int]]:
        answer, known = case["answer"], tlog.Checkpoint.parse(tlog.Note.parse(case["held"].encode()).text)
        begun = passed(LOG, [Beginning.from_wire(one) for one in answer["begun"]])
        key = begun[-1].key if begun else LOG
        if key.encode() != answer["key"]:
            raise tlog.KeyFormatError
        newest = tlog.open_checkpoint(tlog.Note.parse(answer["checkpoint"].encode()), key).checkpoint
        said = [one for each in begun if (one := each.statement(newest))]
        return compare(known, newest, [unb64(one) for one in answer["proof"]], said), [one.lost for one in said]

    if case["code"]:
        with pytest.raises(tlog.TlogError) as caught:
            judged()
        assert caught.value.code == case["code"]
    else:
        loss, lost = judged()
        assert loss == (None if case["loss"] is None else Loss(**case["loss"]))
        if loss is None or not loss.is_hidden:
            assert lost == case["lost"]
