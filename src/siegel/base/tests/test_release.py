"""Which files browsers get stands in every log, once for each change."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base import release
from siegel.base.models import AuditEntry, AuditRelease, Tenant
from siegel.seals.canonical import b64, unb64
from siegel.seals.release import RELEASE_KIND, read_release


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.js", "bundle/b.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
        (tmp_path / f"{name}.gz").write_bytes(b"packed")
    return tmp_path


def logged(tenant: Tenant) -> list[str]:
    leaves = [json.loads(bytes(entry.leaf)) for entry in AuditEntry.objects.filter(tenant=tenant).order_by("index")]
    return [leaf["about"]["release"] for leaf in leaves if leaf["kind"] == RELEASE_KIND]


def test_the_list_names_every_file_and_is_the_same_for_the_same_files(folder: Path) -> None:
    files = read_release(release.listed(folder))
    assert files == {name: sha256(name.encode()).digest() for name in ("a.js", "bundle/b.js")}
    assert release.listed(folder) == release.listed(folder)


def test_every_log_learns_what_is_served_once_for_each_change(
    firm: Tenant, stranger: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "served", lambda: release.listed(folder))
    for _ in range(2):
        release.note_served()
    first = b64(sha256(release.listed(folder)).digest())
    assert logged(firm) == logged(stranger.tenant) == [first]
    (folder / "a.js").write_bytes(b"another")
    release.note_served()
    assert len(logged(firm)) == 2
    kept = AuditRelease.objects.get(tenant=firm)
    assert b64(bytes(kept.digest)) == logged(firm)[-1]
    about = json.loads(bytes(AuditEntry.objects.get(tenant=firm, index=kept.index).leaf))["about"]
    assert about["release"] == logged(firm)[-1]


def test_the_staff_gets_the_list_with_the_place_of_its_entry(
    firm: Tenant, clerk: Person, sign_in: SignIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "served", lambda: release.listed(folder))
    browser = sign_in(clerk)
    assert browser.get("/api/audit/release").json()["index"] is None
    release.note_served()
    answer = browser.get("/api/audit/release").json()
    assert unb64(answer["document"]) == release.listed(folder)
    assert answer["index"] == AuditRelease.objects.get(tenant=firm).index
    assert answer["signature"] is None
