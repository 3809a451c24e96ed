import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siegel.lib import tlog
from siegel.lib.tlog.tests.signers import BROWSER, LOG, OFFICE, ORIGIN, STRANGER, TIME, checkpoint_of, note_by
from siegel.lib.tlog.tests.trees import Storage, leaves_of, mth

SIZE, INDEX = 40, 21
LEAVES = leaves_of(SIZE)
STORAGE = Storage.of(LEAVES)
NOTE = note_by(checkpoint_of(SIZE).text(), LOG, OFFICE)
HASHES = tuple(tlog.inclusion_proof(INDEX, SIZE, STORAGE.read))
PROOF = tlog.ProofFile(INDEX, HASHES, NOTE, b"with it")
bounded = settings(max_examples=100)


def test_a_proof_file_is_the_lines_of_the_specification() -> None:
    lines = ["c2sp.org/tlog-proof@v1", "extra d2l0aCBpdA==", "index 21"]
    lines += [base64.b64encode(digest).decode() for digest in HASHES]
    expected = "\n".join(lines).encode() + b"\n\n" + NOTE.encode()
    assert PROOF.encode() == expected
    assert tlog.ProofFile.parse(expected) == PROOF
    bare = tlog.ProofFile(INDEX, HASHES, NOTE)
    assert b"extra" not in bare.encode()
    assert tlog.ProofFile.parse(bare.encode()) == bare


def test_a_proof_file_shows_its_entry_to_be_in_the_log_and_names_the_witnesses() -> None:
    verified = tlog.ProofFile.parse(PROOF.encode()).verify(LEAVES[INDEX], LOG.key, [OFFICE.key, BROWSER.key])
    assert verified.checkpoint == checkpoint_of(SIZE)
    assert verified.cosigned == {OFFICE.key: TIME}


def test_the_only_entry_of_a_log_needs_no_hashes() -> None:
    proof = tlog.ProofFile(0, (), note_by(checkpoint_of(1).text(), LOG))
    tlog.ProofFile.parse(proof.encode()).verify(LEAVES[0], LOG.key)


def test_a_proof_for_another_tree_size_index_or_entry_is_refused() -> None:
    other_tree = tlog.Checkpoint(ORIGIN, SIZE, mth(LEAVES[::-1])).text()
    for proof, leaf in [
        (PROOF, LEAVES[INDEX + 1]),
        (tlog.ProofFile(INDEX - 1, HASHES, NOTE), LEAVES[INDEX]),
        (tlog.ProofFile(SIZE, HASHES, NOTE), LEAVES[INDEX]),
        (tlog.ProofFile(INDEX, HASHES[:-1], NOTE), LEAVES[INDEX]),
        (tlog.ProofFile(INDEX, HASHES, note_by(checkpoint_of(SIZE - 1).text(), LOG)), LEAVES[INDEX]),
        (tlog.ProofFile(INDEX, HASHES, note_by(checkpoint_of(0).text(), LOG)), LEAVES[INDEX]),
        (tlog.ProofFile(INDEX, HASHES, note_by(other_tree, LOG)), LEAVES[INDEX]),
    ]:
        with pytest.raises(tlog.ProofError):
            proof.verify(leaf, LOG.key)


def test_a_proof_from_a_log_that_is_not_trusted_is_refused() -> None:
    with pytest.raises(tlog.UnsignedError):
        PROOF.verify(LEAVES[INDEX], STRANGER.key)
    other = tlog.ProofFile(INDEX, HASHES, note_by(checkpoint_of(SIZE, "log.example/other").text(), LOG))
    with pytest.raises(tlog.OriginError):
        other.verify(LEAVES[INDEX], LOG.key)


WHOLE = PROOF.encode().decode()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n",
        WHOLE.replace("@v1", "@v2"),
        WHOLE.replace("extra ", "extra"),
        WHOLE.replace("extra d2l0aCBpdA==", "extra "),
        WHOLE.replace("extra d2l0aCBpdA==", "extra d2l0aCBpdB=="),
        WHOLE.replace("extra d2l0aCBpdA==\nindex 21", "index 21\nextra d2l0aCBpdA=="),
        WHOLE.replace("index 21", "index 021"),
        WHOLE.replace("index 21", "index -1"),
        WHOLE.replace("index 21", "21"),
        WHOLE.replace("index 21\n", ""),
        WHOLE.replace("index 21", f"index {2**63}"),
        WHOLE.replace("index 21", "Index 21"),
        WHOLE.replace("index 21", "index 21\nindex 21"),
        WHOLE.replace("index 21", "index 21\nAAAA"),
        WHOLE.replace("index 21", "index 21" + ("\n" + "A" * 43 + "=") * 60),
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n\n", "\n"),
        WHOLE + "\n",
        WHOLE + " " * 2_000_000,
        "ä" + WHOLE,
    ],
)
def test_a_malformed_proof_file_is_refused(content: str) -> None:
    with pytest.raises((tlog.ProofFileError, tlog.NoteError)):
        tlog.ProofFile.parse(content.encode())


def test_hashes_behind_the_blank_line_become_part_of_a_note_that_nobody_signed() -> None:
    parsed = tlog.ProofFile.parse(WHOLE.replace("index 21\n", "index 21\n\n").encode())
    assert parsed.hashes == ()
    with pytest.raises(tlog.SignatureError):
        parsed.verify(LEAVES[INDEX], LOG.key)


def test_a_proof_that_cannot_be_is_not_made() -> None:
    for index, hashes in [(-1, HASHES), (INDEX, (bytes(31),)), (INDEX, (bytes(32),) * 64)]:
        with pytest.raises(tlog.ProofFileError):
            tlog.ProofFile(index, hashes, NOTE)


@bounded
@given(st.integers(0, len(PROOF.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed_unless_nothing_signed_covers_it(at: int, flip: int) -> None:
    whole = PROOF.encode()
    changed = bytearray(whole)
    changed[at] ^= flip
    try:
        parsed = tlog.ProofFile.parse(bytes(changed))
        verified = parsed.verify(LEAVES[INDEX], LOG.key, [OFFICE.key])
    except tlog.TlogError:
        return
    # Extra data, and a witness's line that now is a stranger's.
    assert verified.checkpoint == checkpoint_of(SIZE)
    assert parsed.extra != PROOF.extra or OFFICE.key not in verified.cosigned
