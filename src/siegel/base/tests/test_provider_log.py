"""The provider's log knows the heads of all firms' logs, so that rebuilding one means rebuilding it, too."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siegel.base.audit import beginnings, checkpoints, provider, verification
from siegel.base.audit.auditor import verify
from siegel.base.audit.erasure import erase_personal_parts
from siegel.base.audit.export import write_export
from siegel.base.models import AuditCheckpoint, AuditEntry, AuditLog, AuditNotedHead, Tenant
from siegel.base.tests.backups import Backup
from siegel.base.tests.logs import Attacker, entry_at, grow, notary
from siegel.lib import tlog
from siegel.seals.canonical import b64, unb64


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


def noted() -> list[dict[str, object]]:
    entries = AuditEntry.objects.filter(tenant=provider.provider()).order_by("index")
    return [json.loads(bytes(one.leaf))["about"] for one in entries]


def finding() -> verification.Finding | None:
    own = provider.provider()
    checkpoints.sign_head(own.pk)
    return verification.check(own.pk).finding


def test_a_head_is_noted_every_hour_and_at_once_behind_a_weighty_entry(log: Tenant) -> None:
    provider.note_heads()
    provider.note_heads()
    assert len(noted()) == 1
    grow(log, 2)
    provider.note_heads()
    assert len(noted()) == 1
    AuditNotedHead.objects.update(at=0)
    provider.note_heads()
    assert len(noted()) == 2
    newest = checkpoints.newest(log.pk)
    assert newest is not None
    assert (noted()[-1]["size"], noted()[-1]["firm"]) == (newest.size, log.pk)
    weigh(log)
    provider.note_heads()
    assert len(noted()) == 3
    assert noted()[-1]["accesses"] == [{"entry": newest.size, "kind": "base.personal_erased"}]
    assert finding() is None


def forget(log: Tenant, tmp_path: Path) -> None:
    """The notary knows nothing of the firm's log any more."""
    for path in (tmp_path / "notary" / "state").iterdir():
        if log.pk in path.read_text():
            path.unlink()


def weigh(log: Tenant) -> None:
    """The operator erases a name: weighty, and one of his accesses."""
    erase_personal_parts(tenant=log, indexes=[1], reason="a request")
    checkpoints.sign_head(log.pk)


@pytest.mark.parametrize("lie", ["rebuilt", "cut", "regrown"])
def test_a_firms_log_that_is_rebuilt_with_the_log_key_is_found_in_the_providers(
    log: Tenant, tmp_path: Path, lie: str
) -> None:
    grow(log, 5)
    provider.note_heads()
    assert finding() is None
    attacker = Attacker(log)
    if lie == "rebuilt":
        attacker.alter(1, leaf=b'{"at":1,"kind":"base.waved"}')
    else:
        attacker.cut(2)
    attacker.rebuild()
    AuditCheckpoint.objects.filter(tenant=log).delete()
    AuditNotedHead.objects.all().delete()
    forget(log, tmp_path)
    grow(log, 1 if lie == "cut" else 9)
    found = finding()
    assert found is not None
    assert (found.code, found.is_tampered) == ("firm_differs", True)


def test_what_a_log_lost_in_a_restore_and_says_so_is_no_tampering(log: Tenant) -> None:
    """Only the firm's rows are put back here; the provider's log is a newer one."""
    grow(log, 3)
    backup = Backup(Attacker(log))
    grow(log, 4)
    provider.note_heads()
    own = provider.provider()
    checkpoints.sign_head(own.pk)
    entries = list(AuditEntry.objects.filter(tenant=own))
    logs = list(AuditLog.objects.filter(tenant=own))
    signed = list(AuditCheckpoint.objects.filter(tenant=own))
    backup.restore()
    AuditEntry.objects.bulk_create(entries)
    AuditLog.objects.bulk_create(logs)
    AuditCheckpoint.objects.bulk_create(signed)
    found = finding()
    assert found is not None
    assert found.code == "firm_differs"
    beginnings.begin_anew(log, beginnings.examined(log.pk, held=[], because=""))
    assert finding() is None


def test_an_export_holds_the_proof_that_the_providers_log_names_its_head(log: Tenant, tmp_path: Path) -> None:
    provider.note_heads()
    own = provider.provider()
    checkpoints.sign_head(own.pk)
    write_export(log, tmp_path / "log.zip")
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        [name] = [one for one in archive.namelist() if one.startswith("provider/")]
        proof = tlog.ProofFile.parse(archive.read(name))
        leaf = AuditEntry.objects.get(tenant=own, index=proof.index).leaf
        proof.verify(tlog.entry_hash(bytes(leaf)), tlog.VerifierKey.parse(checkpoints.log_of(own.pk).vkey))
        size = int(name.removeprefix("provider/").removesuffix(".tlog-proof"))
        about = json.loads(bytes(leaf))["about"]
        head = tlog.Checkpoint.parse(tlog.Note.parse(archive.read(f"checkpoints/{size}")).text)
        assert (about["log"], about["size"]) == (head.origin, head.size)
        assert log.name not in bytes(leaf).decode()
        assert f"{size} entries noted in the provider's log: entry {proof.index}" in verify.check_log(archive, "", [])


def test_an_export_that_is_not_the_log_the_provider_noted_is_found_without_siegel(log: Tenant, tmp_path: Path) -> None:
    provider.note_heads()
    own = provider.provider()
    checkpoints.sign_head(own.pk)
    write_export(log, tmp_path / "log.zip")
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    [name] = [one for one in files if one.startswith("provider/")]
    proof = tlog.ProofFile.parse(files[name])

    def checked(**values: Any) -> str:
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
            for one, content in (files | {name: replace(proof, **values).encode()}).items():
                archive.writestr(one, content)
            return verify.check_log(archive, "", [])

    assert "noted in the provider's log" in checked()
    shown = json.loads(proof.extra)
    leaf = unb64(shown["leaf"])
    with pytest.raises(verify.TamperedError, match="does not hold the entry"):
        checked(extra=json.dumps(shown | {"leaf": b64(leaf.replace(b'"size":', b'"size":1'))}).encode())
    with pytest.raises(verify.TamperedError, match="does not hold the entry"):
        checked(index=proof.index + 1)
    attacker = Attacker(log)
    attacker.alter(1, leaf=bytes(entry_at(log, 1).leaf).replace(b"server", b"person"))
    attacker.rebuild()
    AuditCheckpoint.objects.filter(tenant=log).delete()
    forget(log, tmp_path)
    grow(log, 9)
    write_export(log, tmp_path / "log.zip")
    with zipfile.ZipFile(tmp_path / "log.zip") as archive, pytest.raises(verify.TamperedError, match="or others"):
        verify.check_log(archive, "", [])
