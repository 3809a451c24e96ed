"""A backup was put back: the log goes on under a new origin, and what is gone stays gone before everybody's eyes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.base.audit import beginnings, checkpoints, export, notary, proofs, tree, verification
from siegel.base.audit.beginnings import BeginningError, begin_anew, examined
from siegel.base.audit.standing import standing_of
from siegel.base.audit.witnesses import add_cosignature, add_witness
from siegel.base.models import AuditBeginning, AuditCheckpoint, AuditLog, Tenant
from siegel.base.tests.backups import Backup, Outsider
from siegel.base.tests.logs import Attacker, grow, note
from siegel.base.tests.logs import notary as notary_running
from siegel.lib import tlog
from siegel.seals.log_origins import Loss


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary_running(tmp_path / "notary"):
        grow(firm, 10)
        grow(firm, 10)
        yield firm


@pytest.fixture
def backup(log: Tenant) -> Backup:
    return Backup(Attacker(log))


def anew(tenant: Tenant, *, held: tuple[tlog.Note, ...] = (), because: str = "") -> None:
    begin_anew(tenant, examined(tenant.pk, held=held, because=because))


def intact(tenant: Tenant) -> bool:
    return verification.check(tenant.pk).finding is None


def test_a_restored_log_goes_on_under_a_new_origin_and_says_what_is_missing(log: Tenant, backup: Backup) -> None:
    kept, origin = tree.size_of(log.pk), checkpoints.log_of(log.pk).origin
    grow(log, 4)
    backup.restore()
    anew(log)
    [said] = beginnings.statements(log.pk)
    assert (said.origin, said.kept.size, said.ended[0].head.size, said.lost) == (f"{origin}/2", kept, kept + 4, 4)
    assert said.reason == "tlog.rollback"
    grow(log, 3)
    assert intact(log)
    newest = checkpoints.newest(log.pk)
    assert newest is not None
    assert checkpoints.note_of(newest).text.startswith(f"{origin}/2\n{tree.size_of(log.pk)}\n")


def test_what_is_lost_is_never_shown_in_green(log: Tenant, backup: Backup) -> None:
    first = tree.size_of(log.pk) + 1
    grow(log, 4)
    backup.restore()
    anew(log)
    assert intact(log)
    standing = standing_of(log)
    assert (standing.tone, standing.problem, standing.lost) == ("lock", "lost", 4)
    [gap] = standing.gaps
    assert gap.first == first
    assert gap.last_at is not None
    assert gap.kept_at is not None
    assert gap.kept_at <= gap.last_at <= gap.begun_at


def test_the_log_that_ended_is_signed_no_more(log: Tenant, backup: Backup) -> None:
    origin = checkpoints.log_of(log.pk).origin
    grow(log, 4)
    backup.restore()
    anew(log)
    AuditLog.objects.filter(pk=log.pk).update(origin=origin)
    note(tenant=log)
    with pytest.raises(notary.NotaryError):
        checkpoints.sign_head(log.pk)
    with pytest.raises(notary.NotaryError, match=r"notary\.ended"):
        notary.sign(tlog.Checkpoint(origin, 10_000, b"x" * 32).text(), [])


def test_proofs_of_before_keep_holding(log: Tenant, backup: Backup) -> None:
    file = proofs.proof_file(log.pk, 7)
    outsider = Outsider.of(log)
    grow(log, 4)
    backup.restore()
    anew(log)
    grow(log, 3)
    entry = tlog.entry_hash(next(leaf for index, leaf in verification.leaves_of(log.pk) if index == 7))
    file.verify(entry, outsider.key)
    assert proofs.proof_file(log.pk, 7).index == 7


def test_who_held_a_head_of_before_the_backup_follows_the_log_and_misses_nothing(log: Tenant, backup: Backup) -> None:
    outsider = Outsider.of(log)
    grow(log, 4)
    backup.restore()
    anew(log)
    grow(log, 3)
    assert outsider.look(log) is None
    assert [one.lost for one in outsider.said] == [4]


def test_who_held_a_newer_head_than_the_backup_knows_what_is_gone(log: Tenant, backup: Backup) -> None:
    kept = tree.size_of(log.pk)
    grow(log, 2)
    outsider = Outsider.of(log)
    grow(log, 2)
    backup.restore()
    anew(log)
    grow(log, 30)
    assert outsider.look(log) == Loss(kept + 2, kept, is_hidden=False)
    assert outsider.look(log) is None  # he goes on with the new head


def test_restored_and_regrown_is_not_signed_and_says_so_when_it_begins_anew(log: Tenant, backup: Backup) -> None:
    kept = tree.size_of(log.pk)
    grow(log, 4)
    outsider = Outsider.of(log)
    backup.restore()
    note(tenant=log, times=9)
    with pytest.raises(notary.NotaryError, match=r"tlog\.proof"):
        checkpoints.sign_head(log.pk)
    anew(log)
    [said] = beginnings.statements(log.pk)
    assert (said.kept.size, said.lost, said.reason) == (kept, 4, "tlog.proof")
    assert intact(log)
    assert outsider.look(log) == Loss(kept + 4, kept, is_hidden=False)


def forget(folder: Path) -> None:
    """The key's process is made to forget what it signed: its folder restored as well, or lost."""
    shutil.rmtree(folder / "notary" / "state")
    (folder / "notary" / "state").mkdir()


@pytest.mark.parametrize("regrown", [0, 1])
def test_a_new_beginning_used_to_hide_entries_is_found_by_whoever_holds_a_larger_head(
    log: Tenant, backup: Backup, tmp_path: Path, regrown: int
) -> None:
    kept = tree.size_of(log.pk)
    grow(log, 4)
    outsider = Outsider.of(log)
    backup.restore()
    forget(tmp_path)
    grow(log, regrown) if regrown else checkpoints.sign_head(log.pk)
    anew(log, because="moved")
    grow(log, 30)
    assert intact(log)
    assert [one.lost for one in beginnings.statements(log.pk)] == [0]
    assert outsider.look(log) == Loss(kept + 4, kept + regrown, is_hidden=True)


def test_a_new_beginning_that_claims_to_keep_what_it_regrew_is_found_by_whoever_holds_a_head(
    log: Tenant, backup: Backup, tmp_path: Path
) -> None:
    grow(log, 4)
    outsider = Outsider.of(log)
    backup.restore()
    forget(tmp_path)
    grow(log, 20)
    anew(log, because="moved")
    assert intact(log)
    for _ in range(2):  # his head stays, as evidence
        with pytest.raises(tlog.ProofError):
            outsider.look(log)


def test_a_head_that_a_witness_kept_is_cited_when_the_keys_process_forgot(
    log: Tenant, backup: Backup, tmp_path: Path
) -> None:
    key = Ed25519PrivateKey.generate()
    vkey = tlog.VerifierKey("witness", tlog.COSIGNATURE, key.public_key().public_bytes_raw())
    add_witness(tenant=log, name="PC", vkey=vkey.encode(), by=None)
    kept = _confirmed(log, key)
    backup.take()
    grow(log, 40)
    outsider = Outsider.of(log)
    held = tlog.Note(outsider.note.text, (*outsider.note.signatures, _cosigned(outsider.note.text, key)))
    forget(tmp_path)
    backup.restore()
    grow(log, 3)
    with pytest.raises(BeginningError, match="signed last"):
        examined(log.pk)
    anew(log, held=(held,))
    [said] = beginnings.statements(log.pk)
    known = outsider.head.size
    assert (said.kept.size, said.ended[0].head.size, said.reason) == (kept, known, "held")
    assert outsider.look(log) == Loss(known, kept, is_hidden=False)


def _confirmed(log: Tenant, key: Ed25519PrivateKey) -> int:
    newest = checkpoints.sign_head(log.pk)
    assert newest is not None
    line = _cosigned(checkpoints.note_of(newest).text, key).line().removesuffix("\n")
    add_cosignature(tenant=log, size=newest.size, line=line)
    return newest.size


def _cosigned(text: str, key: Ed25519PrivateKey) -> tlog.Signature:
    import time

    return tlog.cosign(text, "witness", key, int(time.time()))


def test_a_log_that_is_the_one_signed_last_does_not_begin_anew_without_a_reason(log: Tenant) -> None:
    with pytest.raises(BeginningError, match="signed last"):
        examined(log.pk)
    anew(log, because="the server's name changed")
    [said] = beginnings.statements(log.pk)
    assert (said.lost, said.reason) == (0, "the server's name changed")
    assert intact(log)
    assert standing_of(log).problem == ""


def test_a_log_whose_stored_bytes_do_not_fit_does_not_begin_anew(log: Tenant) -> None:
    Attacker(log).alter(7, leaf=b"{}")
    with pytest.raises(BeginningError, match="entry_altered"):
        examined(log.pk, because="x")


@pytest.mark.parametrize("step", ["notary", "tables"])
def test_a_beginning_that_was_interrupted_goes_on_where_it_stopped(
    log: Tenant, backup: Backup, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class CutError(Exception):
        pass

    def cut(*_: object) -> str:
        raise CutError

    outsider = Outsider.of(log)
    grow(log, 4)
    backup.restore()
    with monkeypatch.context() as patch:
        patch.setattr(*((notary, "begin") if step == "notary" else (beginnings, "_keep")), cut)
        with pytest.raises(CutError):
            anew(log)
    note(tenant=log, times=2)
    anew(log)
    assert len(beginnings.statements(log.pk)) == 1
    grow(log)
    assert intact(log)
    assert outsider.look(log) is None


def test_an_older_backup_put_back_after_a_new_beginning_begins_a_third_origin(log: Tenant, backup: Backup) -> None:
    kept, first = tree.size_of(log.pk), checkpoints.log_of(log.pk).origin
    grow(log, 4)
    early = Outsider.of(log)
    backup.restore()
    anew(log)
    grow(log, 10)
    late = Outsider.of(log)
    backup.restore()  # the tables know nothing of the second origin now
    assert AuditBeginning.objects.count() == 0
    finding = verification.verify(log.pk).finding
    assert finding is not None
    assert finding.is_tampered
    anew(log)
    grow(log, 2)
    assert intact(log)
    assert checkpoints.log_of(log.pk).origin == f"{first}/3"
    [said] = beginnings.statements(log.pk)
    assert [one.head.origin for one in said.ended] == [first, f"{first}/2"]
    assert said.lost == 4 + 11
    assert late.look(log) == Loss(kept + 11, kept, is_hidden=False)
    assert early.look(log) == Loss(kept + 4, kept, is_hidden=False)


def test_a_new_key_that_the_old_one_did_not_sign_is_not_followed(log: Tenant, backup: Backup, tmp_path: Path) -> None:
    outsider = Outsider.of(log)
    grow(log, 4)
    backup.restore()
    anew(log)
    row = AuditBeginning.objects.get()
    opening = tlog.Note.parse(bytes(row.note))
    AuditBeginning.objects.update(note=tlog.Note(opening.text, opening.signatures[1:]).encode())
    with pytest.raises(tlog.UnsignedError):
        outsider.look(log)
    AuditBeginning.objects.all().delete()
    with pytest.raises(tlog.KeyFormatError):
        outsider.look(log)


def run_verify(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    program = Path(export.__file__).with_name("auditor") / "verify.py"
    command = [sys.executable, str(program), str(path), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_an_export_says_without_siegel_what_is_lost_and_holds_the_heads_of_all_origins(
    log: Tenant, backup: Backup, tmp_path: Path
) -> None:
    kept, early = tree.size_of(log.pk), Outsider.of(log)
    grow(log, 4)
    late = Outsider.of(log)
    backup.restore()
    anew(log)
    grow(log, 300)
    path, held = tmp_path / "log.zip", tmp_path / "held"
    export.write_export(log, path)
    done = run_verify(path, "--key", early.key.encode())
    assert (done.returncode, done.stderr) == (1, "")
    assert f"behind entry {kept}: up to 4 entries are lost" in done.stdout
    held.write_bytes(early.note.encode())
    assert "you hold" not in run_verify(path, "--held", str(held)).stdout
    held.write_bytes(late.note.encode())
    done = run_verify(path, "--held", str(held))
    assert (done.returncode, done.stderr) == (1, "")
    assert f"you hold {kept + 4} entries" in done.stdout
    other = tlog.VerifierKey(early.key.name, tlog.ED25519, b"\x02" * 32)
    assert run_verify(path, "--key", other.encode()).returncode == 3


def test_an_export_that_hides_entries_is_found_by_a_head_somebody_kept(
    log: Tenant, backup: Backup, tmp_path: Path
) -> None:
    grow(log, 4)
    path, held = tmp_path / "log.zip", tmp_path / "held"
    held.write_bytes(Outsider.of(log).note.encode())
    backup.restore()
    forget(tmp_path)
    checkpoints.sign_head(log.pk)
    anew(log, because="moved")
    export.write_export(log, path)
    assert run_verify(path).returncode == 0
    done = run_verify(path, "--held", str(held))
    assert done.returncode == 3
    assert "AND HIDDEN" in done.stderr


def test_heads_that_the_log_no_longer_has_are_cited_and_gone(log: Tenant) -> None:
    attacker, size = Attacker(log), tree.size_of(log.pk)
    kept = AuditCheckpoint.objects.filter(tenant=log).earliest("size").size
    grow(log, 4)
    attacker.cut(size)  # the heads beside the entries stay
    anew(log)
    [said] = beginnings.statements(log.pk)
    # Between the heads that are kept nothing proves what is left: rather too much is said to be gone than too little.
    assert (said.kept.size, said.ended[0].head.size, said.lost) == (kept, size + 4, size + 4 - kept)
    assert not AuditCheckpoint.objects.filter(tenant=log, size__gt=size + 1).exists()
    assert intact(log)
