"""The log's page and routes: who sees what, filters, proofs, confirmations, and what the verdict says."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client as Browser

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.audit import checkpoints, export, verification
from siegel.base.audit.erasure import erase_personal_parts
from siegel.base.audit.standing import standing_of
from siegel.base.models import AuditCheck, AuditCosignature, Tenant
from siegel.base.tests.logs import Attacker, entry_at, grow, notary, note
from siegel.firms.actions import block_person
from siegel.firms.models import Client
from siegel.lib import tlog
from siegel.seals.canonical import unb64

VERIFY = Path(export.__file__).with_name("auditor") / "verify.py"


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


@pytest.fixture
def browser(log: Tenant, clerk: Person, sign_in: SignIn) -> Browser:
    return sign_in(clerk)


def numbers(page: str) -> list[int]:
    return [int(part.split('"')[0].split("#")[0]) for part in page.split("eintrag=")[1:]]


def test_the_head_comes_with_the_proof_that_it_grew(log: Tenant, browser: Browser) -> None:
    first = browser.get("/api/audit/checkpoint").json()
    grow(log, 4)
    key = tlog.VerifierKey.parse(first["key"])
    older = tlog.open_checkpoint(tlog.Note.parse(first["checkpoint"].encode()), key).checkpoint
    second = browser.get(f"/api/audit/checkpoint?since={older.size}").json()
    newer = tlog.open_checkpoint(tlog.Note.parse(second["checkpoint"].encode()), key).checkpoint
    tlog.verify_growth(older, newer, [unb64(text) for text in second["proof"]])
    assert newer.size >= older.size + 4


@pytest.mark.parametrize("query", ["old=1&size=999999", "old=-1&size=2", f"old=1&size={2**70}", "old=3&size=2"])
def test_sizes_the_log_does_not_have_are_not_found(log: Tenant, browser: Browser, query: str) -> None:
    assert browser.get(f"/api/audit/consistency?{query}").status_code == 404


@pytest.mark.parametrize("index", ["999999", "-1", str(2**70)])
def test_entries_the_log_does_not_have_are_not_found(log: Tenant, browser: Browser, index: str) -> None:
    assert browser.get(f"/api/audit/entries/{index}/proof").status_code == 404


def test_a_proof_is_saved_as_a_file_and_holds(log: Tenant, browser: Browser) -> None:
    index = note(tenant=log)
    answer = browser.get(f"/api/audit/entries/{index}/proof")
    assert f'filename="{log.slug}-{index + 1}.tlog-proof"' in answer["Content-Disposition"]
    file = tlog.ProofFile.parse(answer.content)
    extra = json.loads(file.extra)
    file.verify(tlog.entry_hash(unb64(extra["leaf"])), tlog.VerifierKey.parse(extra["key"]))


def test_entries_come_with_their_parts_in_order(log: Tenant, browser: Browser) -> None:
    erase_personal_parts(tenant=log, indexes=[1], reason="x")
    entries = browser.get("/api/audit/entries?first=1").json()["entries"]
    assert [one["index"] for one in entries[:3]] == [1, 2, 3]
    assert (entries[0]["personal"], entries[0]["salt"]) == (None, None)
    assert unb64(entries[1]["leaf"]) == bytes(entry_at(log, 2).leaf)


def test_a_witness_is_shown_with_what_it_confirmed(log: Tenant, browser: Browser) -> None:
    key = Ed25519PrivateKey.generate()
    verifier = tlog.VerifierKey("witness-pc", tlog.COSIGNATURE, key.public_key().public_bytes_raw())
    body = {"name": "Empfangs-PC", "key": verifier.encode()}
    for _ in range(2):  # the same again is no second witness
        assert browser.post("/api/audit/witnesses", body, content_type="application/json").status_code == 201
    newest = checkpoints.sign_head(log.pk)
    assert newest is not None
    text = checkpoints.note_of(newest).text

    def confirm(size: int, at: int, name: str = "witness-pc") -> int:
        line = tlog.cosign(text, name, key, at).line()
        sent = {"size": size, "line": line}
        return browser.post("/api/audit/cosignatures", sent, content_type="application/json").status_code

    now = int(time.time())
    assert confirm(newest.size, now, "stranger") == 400
    assert confirm(newest.size, now - 7200) == 400
    assert confirm(newest.size + 1, now) == 404
    assert confirm(newest.size, now) == 201
    verification.check(log.pk)
    [confirmation] = standing_of(log).confirmations
    assert (confirmation.name, confirmation.size, confirmation.is_late) == ("Empfangs-PC", newest.size, False)
    assert "Empfangs-PC" in browser.get("/protokoll").content.decode()
    assert "Bestätigt von:" in browser.get("/").content.decode()


def test_the_verdict_is_green_yellow_and_red(log: Tenant, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.sign_head(log.pk)
    verification.check(log.pk)
    assert "Protokoll ist lückenlos" in browser.get("/").content.decode()
    later = time.time() + 27 * 3600
    AuditCheck.objects.update(at=int(later))
    monkeypatch.setattr("siegel.base.audit.standing.time.time", lambda: later)
    assert (standing_of(log).tone, standing_of(log).problem) == ("lock", "unconfirmed")
    assert not AuditCosignature.objects.exists()
    monkeypatch.undo()
    Attacker(log).alter(2, leaf=b"{}")
    assert browser.post("/protokoll/pruefen", "", content_type="application/x-www-form-urlencoded").status_code == 302
    standing = standing_of(log)
    assert (standing.tone, standing.code, standing.number) == ("alarm", "entry_altered", 3)


def test_filters_find_by_person_dossier_kind_and_time(
    log: Tenant, browser: Browser, owner: Person, clerk: Person, bakery: Client, client_user: Person
) -> None:
    block_person(person=client_user, by=owner)

    def found(query: str) -> int:
        return len(browser.get(f"/protokoll?{query}").context["entries"])

    assert found(f"person={client_user.pk}") >= 2
    assert found("person=unbekannt") == 0
    assert found("vorgang=stammdaten") >= 3
    assert found("vorgang=betreiber") == len(browser.get("/protokoll").context["pinned"])
    assert found("zeit=7") == found("")
    assert found("bis=2020-01-01") == 0
    assert found("von=2020-01-01&vorgang=anmeldungen") >= 1
    for query in ("akte=unbekannt", "von=x", "eintrag=0", "eintrag=999999", "vor=x"):
        assert browser.get(f"/protokoll?{query}").status_code == 404


def test_one_entry_is_shown_with_its_proof(log: Tenant, browser: Browser) -> None:
    page = browser.get("/protokoll?eintrag=2").content.decode()
    assert "Eintrag 2" in page
    assert "/api/audit/entries/1/proof" in page
    index = note(tenant=log)
    assert "noch nicht signiert" in browser.get(f"/protokoll?eintrag={index + 1}").content.decode()


def head_shown(browser: Browser) -> str:
    return str(browser.get("/api/audit/checkpoint").json()["checkpoint"])


def run_verify(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(VERIFY), str(path), *more], capture_output=True, text=True, timeout=60, check=False
    )


def test_an_export_is_checked_without_siegel_and_tells_when_it_is_not_the_log(
    log: Tenant, browser: Browser, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.write_text(head_shown(browser))
    grow(log, 300)
    erase_personal_parts(tenant=log, indexes=[3], reason="x")
    path = tmp_path / "log.zip"
    path.write_bytes(browser.get("/protokoll/export").getvalue())
    done = run_verify(path, "--held", str(held))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 personal parts erased" in done.stdout
    Attacker(log).alter(5, leaf=bytes(entry_at(log, 5).leaf).replace(b"server", b"person"))
    export.write_export(log, path)
    assert run_verify(path).returncode == 3
    path.write_bytes(b"no zip")
    assert run_verify(path).returncode == 1
