"""What others published: the specifications' examples, Go's checksum database, and the vectors of transparency-dev.

The latter lie beside the checkout, in `shared/samples/tlog`; without them those tests are skipped.
"""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from siegel.lib import tlog
from siegel.lib.merkle import EMPTY_ROOT
from siegel.lib.tlog.tests.trees import Storage

# C2SP signed-note, section "Example".
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
# The tree of Go's checksum database as it was on 2024-09-23, and the key that the Go command has for it.
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTE = """go.sum database tree
30055305
mXfgRcJ0bG0j3CPdKwgGWtUzBUbX67saZGRmFuJGGsM=

— sum.golang.org Az3grpgEild5qw7+5dtV13Kf1C2Xurm8q4fhdxvcsDHnqNTaxL2AFjBY+2TyGKevucFcAAlWFJJYle3EJlDCrQ+y3A8=
"""


def test_the_example_of_the_specification_verifies() -> None:
    key = tlog.VerifierKey.parse(FOO_KEY)
    assert tlog.Note.parse(FOO_NOTE.encode()).verify([key]) == {key: None}


def test_a_checkpoint_of_gos_checksum_database_verifies() -> None:
    key = tlog.VerifierKey.parse(SUMDB_KEY)
    note = tlog.Note.parse(SUMDB_NOTE.encode())
    assert tlog.open_checkpoint(note, key, origin="go.sum database tree").checkpoint.size == 30_055_305
    with pytest.raises(tlog.OriginError):
        tlog.open_checkpoint(note, key)
    with pytest.raises(tlog.SignatureError):
        tlog.Note.parse(SUMDB_NOTE.replace("30055305", "30055306").encode()).verify([key])


def shared_samples() -> Path:
    """Beside the checkout, or beside the folder of checkouts."""
    places = [parent / "shared" / "samples" / "tlog" for parent in Path(__file__).resolve().parents[6:8]]
    return next((place for place in places if place.is_dir()), places[0])


SHARED = shared_samples()
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not beside this checkout")


def sample(name: str) -> Any:
    return json.loads((SHARED / f"{name}.json").read_text()) if SHARED.is_dir() else {}


def note(name: str) -> bytes:
    return (SHARED / "notes" / f"{name}.txt").read_bytes()


def cases(name: str) -> Any:
    vectors = sample(name) or [{"name": "without samples"}]
    return pytest.mark.parametrize("case", vectors, ids=[case["name"] for case in vectors])


def hashes(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(text) for text in case["proof"] or []]


@needs_samples
@cases("inclusion")
def test_inclusion_proofs_are_judged_as_by_transparency_dev(case: dict[str, Any]) -> None:
    leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    if case.get("wantErr"):
        with pytest.raises(tlog.ProofError):
            tlog.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case), root)
    else:
        tlog.verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case), root)


@needs_samples
@cases("consistency")
def test_consistency_proofs_are_judged_as_by_transparency_dev(case: dict[str, Any]) -> None:
    old_root, root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
    if case.get("wantErr"):
        with pytest.raises(tlog.ProofError):
            tlog.verify_consistency(case["size1"], case["size2"], hashes(case), old_root, root)
    else:
        tlog.verify_consistency(case["size1"], case["size2"], hashes(case), old_root, root)


@needs_samples
def test_the_reference_tree_has_the_published_hashes_roots_and_proofs() -> None:
    tree = sample("reference-tree")
    leaves = [tlog.entry_hash(bytes.fromhex(text)) for text in tree["leaves_hex"]]
    assert [leaf.hex() for leaf in leaves] == tree["leaf_hashes_hex"]
    storage = Storage.of(leaves)
    assert [tlog.tree_root(size, storage.read).hex() for size in range(9)] == tree["root_hex_by_size"]
    assert len(tree["inclusion"]) == len(tree["consistency"]) == 36
    compare_proofs(tree, storage)


@needs_samples
def test_a_tree_of_a_thousand_has_the_published_roots_and_proofs() -> None:
    tree = sample("big-tree-roots")
    storage = Storage.of([tlog.entry_hash(f"siegel-entry-{index}\n".encode()) for index in range(1000)])
    for size, root in tree["root_hex_by_size"].items():
        assert tlog.tree_root(int(size), storage.read).hex() == root
    compare_proofs(tree, storage)


def compare_proofs(tree: dict[str, Any], storage: Storage) -> None:
    for case in tree["inclusion"]:
        proof = tlog.inclusion_proof(case["index"], case["size"], storage.read)
        assert [digest.hex() for digest in proof] == case["proof_hex"]
    for case in tree["consistency"]:
        proof = tlog.consistency_proof(case["size1"], case["size2"], storage.read)
        assert [digest.hex() for digest in proof] == case["proof_hex"]


@needs_samples
def test_the_examples_of_the_specifications_parse() -> None:
    assert [s.name for s in tlog.Note.parse(note("c2sp-signed-note")).signatures] == ["quasimodo.example/salvatore"]
    checkpoint = tlog.Checkpoint.parse(tlog.Note.parse(note("c2sp-checkpoint")).text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    log, witness = tlog.Note.parse(note("c2sp-cosigned-checkpoint")).signatures
    assert (witness.name, len(log.signature), len(witness.signature)) == ("witness.example.com/w1", 64, 72)
    assert int.from_bytes(witness.signature[:8], "big") == 1_679_315_147


@needs_samples
def test_the_note_of_the_go_documentation_verifies() -> None:
    key = tlog.VerifierKey.parse(note("golang-verifier-key").decode().strip())
    assert tlog.Note.parse(note("golang-note")).verify([key]) == {key: None}


OUTCOMES = {
    "checkpoint-0": None,
    "checkpoint-1": None,
    "checkpoint-4": None,
    "checkpoint-7": None,
    "checkpoint-8": None,
    "extension-line": None,
    "two-signatures": None,
    "unknown-extra-signature": None,
    "fork-size-8": None,
    "rollback-size-4": None,
    "bad-signature": "tlog.signature",
    "good-and-bad-by-known-key": "tlog.signature",
    "text-changed": "tlog.signature",
    "wrong-key-same-name": "tlog.unsigned",
    "leading-zero-size": "tlog.checkpoint",
    "crlf": "tlog.note",
    "hyphen-instead-of-em-dash": "tlog.note",
    "no-blank-line": "tlog.note",
    "no-final-newline": "tlog.note",
}


def opened(name: str) -> tlog.Checkpoint:
    log, witness = map(tlog.VerifierKey.parse, note("verifier-keys").decode().split())
    return tlog.open_checkpoint(tlog.Note.parse(note(f"own-{name}")), log, [witness]).checkpoint


@needs_samples
def test_every_note_of_the_samples_is_judged() -> None:
    assert {path.stem.removeprefix("own-") for path in SHARED.glob("notes/own-*.txt")} == set(OUTCOMES)


@needs_samples
@pytest.mark.parametrize("name", OUTCOMES)
def test_the_sample_notes_are_judged_as_they_should(name: str) -> None:
    if (code := OUTCOMES[name]) is None:
        assert opened(name).origin == "siegel.example.org/log/kanzlei-mustermann"
        return
    with pytest.raises(tlog.TlogError) as caught:
        opened(name)
    assert caught.value.code == code


@needs_samples
def test_the_sample_checkpoints_grow_from_each_other_and_the_dishonest_ones_do_not() -> None:
    leaves = [tlog.entry_hash(bytes.fromhex(text)) for text in sample("reference-tree")["leaves_hex"]]
    storage = Storage.of(leaves)
    known = [opened(f"checkpoint-{size}") for size in (0, 1, 4, 7, 8)]
    assert known[0].root == EMPTY_ROOT
    for older in known:
        for newer in known[known.index(older) :]:
            proof = tlog.consistency_proof(older.size, newer.size, storage.read) if older.size else []
            tlog.verify_growth(older, newer, proof)
    with pytest.raises(tlog.SplitViewError):
        tlog.verify_growth(known[-1], opened("fork-size-8"), [])
    with pytest.raises(tlog.RollbackError):
        tlog.verify_growth(known[-1], opened("rollback-size-4"), [])
    with pytest.raises(tlog.ProofError):
        tlog.verify_growth(opened("rollback-size-4"), known[-1], tlog.consistency_proof(4, 8, storage.read))
