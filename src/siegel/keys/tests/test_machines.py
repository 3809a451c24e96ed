"""The page of the machines' keys: what is certified, what the machines show now, and what follows from that."""

import json
import os
import re
import time
import zipfile
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from siegel.base.audit import checkpoints, verification
from siegel.base.audit.auditor import verify
from siegel.base.audit.export import write_export
from siegel.base.models import Tenant
from siegel.base.tests.logs import notary, note
from siegel.keys import scanner as asked
from siegel.keys.machines import MachinesPage, log_certificates, log_print
from siegel.keys.tests.island import Island, RefusedError, found
from siegel.keys.tests.scanner import ScannerDouble
from siegel.lib.tlog import VerifierKey
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import issue
from siegel.seals.derive import PublicKeys, Seed, print_of
from siegel.seals.ids import new_id
from siegel.seals.log_keys import log_subject

PATH = "/mitarbeiter/systemschluessel"
ROUNDS = 4


def page_of(owner: Island) -> MachinesPage:
    page: MachinesPage = owner.browser.get(PATH).context["page"]
    return page


def certify(owner: Island, seed: Seed, kind: str = "scanner") -> None:
    keys = PublicKeys(seed.public_keys(signs_only=True).signing_key, None)
    signed = issue(owner.seed, owner.own(), keys, kind=kind, subject=new_id(), now=int(time.time()))
    owner.post("keys/certificates", {"doc": signed.to_wire()})


def replace_key(double: ScannerDouble) -> str:
    """The scanner has another long-lived key now; the old key's id."""
    old = double.seed.public_keys(signs_only=True).kid
    double.seed = Seed.generate()
    asked.forget_status()
    return old


def test_the_page_shows_what_was_certified_at_the_set_up(owner: Island, scanner: ScannerDouble) -> None:
    page = page_of(owner)
    kid = scanner.seed.public_keys(signs_only=True).kid
    assert [(key.kind, key.badge, key.shown) for key in page.keys] == [
        ("scanner", "valid", True),
        ("service", "valid", True),
    ]
    assert (page.keys[0].kid, page.waiting, page.scans) == (kid, [], True)
    assert print_of(kid) in owner.browser.get(PATH).content.decode()


def test_a_replaced_scanner_key_waits_and_uploads_are_refused_until_it_is_certified(
    owner: Island, scanner: ScannerDouble
) -> None:
    old = replace_key(scanner)
    page = page_of(owner)
    assert [(key.kind, key.kid, key.revoked) for key in page.waiting] == [
        ("scanner", scanner.seed.public_keys(signs_only=True).kid, False)
    ]
    assert (page.scans, page.keys[0].kid, page.keys[0].shown) == (False, old, False)
    with pytest.raises(RefusedError) as refused:
        owner.get("scanner-key")
    assert refused.value.code == "scanner_not_certified"
    certify(owner, scanner.seed)
    page = page_of(owner)
    assert (page.waiting, page.scans) == ([], True)
    assert {key.kid: key.shown for key in page.keys if key.kind == "scanner"}[old] is False
    assert owner.get("scanner-key")["doc"]


def test_a_revoked_scanner_key_is_never_certified_again(owner: Island, scanner: ScannerDouble) -> None:
    kid = scanner.seed.public_keys(signs_only=True).kid
    owner.revoke(kid, reason="replaced")
    page = page_of(owner)
    assert [(key.kid, key.revoked) for key in page.waiting] == [(kid, True)]
    assert page.scans is False
    assert {key.kid: key.badge for key in page.keys}[kid] == "revoked"
    assert "data-certify" not in owner.browser.get(PATH).content.decode()
    with pytest.raises(RefusedError):
        certify(owner, scanner.seed)


def certify_log(owner: Island) -> None:
    key = VerifierKey.parse(checkpoints.log_of(owner.firm).vkey)
    keys = PublicKeys(b64(key.public_key), None)
    now = int(time.time())
    signed = issue(owner.seed, owner.own(), keys, kind="service", subject=log_subject(owner.firm), now=now)
    owner.post("keys/certificates", {"doc": signed.to_wire()})


def test_the_logs_key_waits_until_an_owner_certifies_it(owner: Island, scanner: ScannerDouble, tmp_path: Path) -> None:
    with notary(tmp_path):
        checkpoints.sign_head(owner.firm)
        [waiting] = page_of(owner).waiting
        assert (waiting.kind, waiting.revoked) == ("log", False)
        tenant = Tenant.objects.get(pk=owner.firm)
        assert log_print(tenant) == (waiting.print, False)
        certify_log(owner)
        assert log_print(tenant) == (waiting.print, True)
        page = page_of(owner)
        assert page.waiting == []
        assert [(key.badge, key.shown) for key in page.keys if key.kind == "log"] == [("valid", True)]


def test_heads_under_a_renewed_log_key_verify_while_owners_certified_the_old_one(
    owner: Island, scanner: ScannerDouble, tmp_path: Path
) -> None:
    with notary(tmp_path):
        checkpoints.sign_head(owner.firm)
        certify_log(owner)
        checkpoints.sign_head(owner.firm)
        assert verification.verify(owner.firm).finding is None
    (tmp_path / "log.key").write_bytes(os.urandom(32))
    with notary(tmp_path):
        note(tenant=Tenant.objects.get(pk=owner.firm))
        checkpoints.sign_head(owner.firm)
        assert verification.verify(owner.firm).finding is None
        assert [key.kind for key in page_of(owner).waiting] == ["log"]
        certify_log(owner)
        page = page_of(owner)
        assert page.waiting == []
        assert [key.shown for key in page.keys if key.kind == "log"] == [True, False]
        write_export(Tenant.objects.get(pk=owner.firm), tmp_path / "log.zip")
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        assert "entries intact" in verify.check_log(archive, "", [])


def altered(archive: Path, name: str, old: bytes, new: bytes) -> zipfile.ZipFile:
    """The export with something else in one of its files."""
    path = archive.with_suffix(".altered")
    with zipfile.ZipFile(archive) as good, zipfile.ZipFile(path, "w") as bad:
        for one in good.namelist():
            content = good.read(one)
            assert one != name or old in content
            bad.writestr(one, content.replace(old, new, 1) if one == name else content)
    return zipfile.ZipFile(path)


def test_an_export_shows_without_siegel_which_owner_certified_the_logs_key(
    db: None, scanner: ScannerDouble, tmp_path: Path
) -> None:
    path = tmp_path / "log.zip"

    def told() -> str:
        checkpoints.sign_head(owner.firm)
        write_export(Tenant.objects.get(pk=owner.firm), path)
        with zipfile.ZipFile(path) as archive:
            return verify.check_log(archive, "", [])

    with notary(tmp_path):
        owner = found("muster")
        assert re.search(rf"log key certified by an owner: entry \d+, under the firm's root {owner.root}\n", told())
        lines = zipfile.ZipFile(path).read("certificates.jsonl").splitlines()
        assert len(lines) == 3
        for line in lines:
            sig = json.loads(line)["sig"]
            other = b64(bytes([*unb64(sig)[:-1], unb64(sig)[-1] ^ 1]))
            forged = altered(path, "certificates.jsonl", sig.encode(), other.encode())
            with forged as archive, pytest.raises(verify.TamperedError, match="not signed by who issued it"):
                verify.check_log(archive, "", [])
        with altered(path, "certificates.jsonl", b"\n".join([*lines, b""]), b"") as archive:
            assert "certified by no owner" in verify.check_log(archive, "", [])
        [log] = [key for key in page_of(owner).keys if key.kind == "log"]
        owner.revoke(log.kid, reason="compromised")
        with pytest.raises(verify.TamperedError, match="took the log's key back in entry"):
            told()


def test_a_certificate_that_the_log_does_not_name_vouches_for_no_key(
    owner: Island, scanner: ScannerDouble, tmp_path: Path
) -> None:
    path = tmp_path / "log.zip"
    with notary(tmp_path):
        checkpoints.sign_head(owner.firm)
        write_export(Tenant.objects.get(pk=owner.firm), path)
        certify_log(owner)
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in log_certificates(owner.firm))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("certificates.jsonl") == b""
        names = [name for name in archive.namelist() if name != "certificates.jsonl"]
        files = {name: archive.read(name) for name in names}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (files | {"certificates.jsonl": lines}).items():
            archive.writestr(name, content)
        assert "certified by no owner" in verify.check_log(archive, "", [])


def test_heads_under_a_key_that_nobody_certified_are_found_by_the_self_check(
    owner: Island, scanner: ScannerDouble, tmp_path: Path
) -> None:
    with notary(tmp_path):
        checkpoints.sign_head(owner.firm)
    (tmp_path / "log.key").write_bytes(os.urandom(32))
    with notary(tmp_path):
        note(tenant=Tenant.objects.get(pk=owner.firm))
        checkpoints.sign_head(owner.firm)
        found = verification.verify(owner.firm).finding
        assert found is not None
        assert found.code == "checkpoint_invalid"


@pytest.mark.parametrize("key", ["", "unsinn", "-", 7])
def test_a_scanner_that_shows_no_key_is_said_not_to_answer(
    owner: Island, scanner: ScannerDouble, monkeypatch: pytest.MonkeyPatch, key: object
) -> None:
    monkeypatch.setattr(scanner, "answer", lambda request: {"ok": {"signing_key": key, "ready": True}})
    page = page_of(owner)
    assert (page.scans, page.keys[0].shown, page.waiting) == (None, None, [])


def test_the_page_costs_the_same_queries_however_many_keys_there_were(owner: Island, scanner: ScannerDouble) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert owner.browser.get(PATH).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for _ in range(ROUNDS):
        owner.revoke(replace_key(scanner), reason="replaced")
        certify(owner, scanner.seed)
    assert len(page_of(owner).keys) == ROUNDS + 2
    assert queries() == few
