import base64

import pytest

from siegel.lib import tlog
from siegel.lib.tlog.tests.signers import BROWSER, LOG, OFFICE, ORIGIN, STRANGER, TIME, checkpoint_of, note_by
from siegel.lib.tlog.tests.trees import Storage, leaves_of, mth

STORAGE = Storage.of(leaves_of(40))
ROOT = base64.b64encode(mth(leaves_of(5))).decode()
UNUSED_BITS = ROOT[:-2] + chr(ord(ROOT[-2]) + 1) + "="
"""Decodes to the same root where nobody looks at the bits that are left over."""


def test_a_checkpoint_is_origin_size_root_and_perhaps_more_lines() -> None:
    text = f"{ORIGIN}\n5\n{ROOT}\n"
    assert checkpoint_of(5).text() == text
    assert tlog.Checkpoint.parse(text) == checkpoint_of(5)
    more = tlog.Checkpoint.parse(text + "eins\nzwei drei\n")
    assert more.extensions == ("eins", "zwei drei")
    assert more.text() == text + "eins\nzwei drei\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n5\n{ROOT}",
        f"\n5\n{ROOT}\n",
        f"{ORIGIN}\n05\n{ROOT}\n",
        f"{ORIGIN}\n+5\n{ROOT}\n",
        f"{ORIGIN}\n-5\n{ROOT}\n",
        f"{ORIGIN}\n5 \n{ROOT}\n",
        f"{ORIGIN}\n٥\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n5\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n5\n{ROOT}=\n",
        f"{ORIGIN}\n5\n{UNUSED_BITS}\n",
        f"{ORIGIN}\n5\nä{ROOT[1:]}\n",
        f"{ORIGIN}\n5\n{ROOT}\n\n",
        f"{ORIGIN}\n5\n{ROOT}\n\nmore\n",
        f"{ORIGIN}\n0\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(tlog.CheckpointError):
        tlog.Checkpoint.parse(text)


def test_a_checkpoint_that_cannot_be_is_not_made() -> None:
    for origin, size, root, extensions in [
        ("", 5, bytes(32), ()),
        ("two\nlines", 5, bytes(32), ()),
        (ORIGIN, -1, bytes(32), ()),
        (ORIGIN, 5, bytes(31), ()),
        (ORIGIN, 5, bytes(32), ("",)),
    ]:
        with pytest.raises(tlog.CheckpointError):
            tlog.Checkpoint(origin, size, root, extensions)


def test_a_checkpoint_opens_with_the_witnesses_that_confirmed_it() -> None:
    note = note_by(checkpoint_of(5).text(), STRANGER, LOG, OFFICE)
    opened = tlog.open_checkpoint(note, LOG.key, [OFFICE.key, BROWSER.key])
    assert opened.checkpoint == checkpoint_of(5)
    assert opened.cosigned == {OFFICE.key: TIME}
    assert tlog.open_checkpoint(note, LOG.key).cosigned == {}


def test_witnesses_alone_do_not_make_a_checkpoint() -> None:
    with pytest.raises(tlog.UnsignedError):
        tlog.open_checkpoint(note_by(checkpoint_of(5).text(), OFFICE), LOG.key, [OFFICE.key])


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(tlog.CheckpointError):
        tlog.open_checkpoint(note_by("hello\n", LOG), LOG.key)


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    note = note_by(checkpoint_of(5, "log.example/other").text(), LOG)
    with pytest.raises(tlog.OriginError):
        tlog.open_checkpoint(note, LOG.key)
    assert tlog.open_checkpoint(note, LOG.key, origin="log.example/other").checkpoint.size == 5


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 9), (1, 9), (8, 9), (9, 9), (13, 40)])
def test_a_log_that_only_grew_is_believed(old: int, new: int) -> None:
    proof = tlog.consistency_proof(old, new, STORAGE.read) if old else []
    tlog.verify_growth(checkpoint_of(old), checkpoint_of(new), proof)
    with pytest.raises(tlog.ProofError):
        tlog.verify_growth(checkpoint_of(old), checkpoint_of(new), [*proof, bytes(32)])


def test_a_log_that_changed_is_found_by_whoever_remembers() -> None:
    seen, forked = checkpoint_of(13), tlog.Checkpoint(ORIGIN, 13, mth([*leaves_of(12), tlog.entry_hash(b"other")]))
    with pytest.raises(tlog.SplitViewError):
        tlog.verify_growth(seen, forked, [])
    with pytest.raises(tlog.RollbackError):
        tlog.verify_growth(seen, checkpoint_of(12), [])
    with pytest.raises(tlog.OriginError):
        tlog.verify_growth(seen, checkpoint_of(13, "log.example/other"), [])
    regrown = [*leaves_of(12), tlog.entry_hash(b"other"), *leaves_of(40)[13:]]
    storage = Storage.of(regrown)
    for proof in (tlog.consistency_proof(13, 40, storage.read), tlog.consistency_proof(13, 40, STORAGE.read), []):
        with pytest.raises(tlog.ProofError) as caught:
            tlog.verify_growth(seen, tlog.Checkpoint(ORIGIN, 40, mth(regrown)), proof)
        assert caught.value.code == "tlog.proof"
