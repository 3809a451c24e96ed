import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from siegel.base.models import Blob
from siegel.keys.tests.island import Island, Json, RefusedError
from siegel.keys.tests.scanner import ScannerDouble
from siegel.lib.age import FileKey, X25519Identity, seal_header
from siegel.seals import files
from siegel.seals.canonical import b64
from siegel.seals.records import VersionChange
from siegel.vault import staging
from siegel.vault.models import Node, Upload, Vault, Version
from siegel.vault.tests.island import OpenVault, Sealed, open_vault


def stored() -> list[Path]:
    return [path for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()]


def staged() -> list[Path]:
    folder = Path(settings.STAGING_DIR)
    return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture
def cleared(vault: OpenVault) -> Sealed:
    """An upload that was found clean."""
    made = vault.send(b"Kontoauszug")
    assert vault.check(made)[0]["code"] is None
    return made


def commit(vault: OpenVault, body: Json) -> Json:
    return vault.island.post(f"vaults/{vault.id}/commit", body)


def refused_code(vault: OpenVault, body: Json) -> str:
    """The code of a refusal that left everything as it was."""
    with pytest.raises(RefusedError) as refused:
        commit(vault, body)
    assert not Version.objects.exists()
    assert not Blob.objects.exists()
    assert not stored()
    assert Upload.objects.count() == 1
    return refused.value.code


def test_a_committed_file_is_a_blob_and_its_staging_file_is_gone(vault: OpenVault, cleared: Sealed) -> None:
    vault.commit(cleared)
    assert [path.read_bytes() for path in stored()] == [cleared.payload]
    assert staged() == []
    row = Vault.objects.get()
    assert (row.file_count, row.size_bytes) == (1, len(cleared.payload))


def test_many_files_and_folders_are_one_record(vault: OpenVault) -> None:
    made = [vault.send(os.urandom(20)) for _ in range(12)]
    vault.check(*made)
    folder, row = vault.folder()
    body = vault.commit_body(*made, parent=folder.node)
    changes = [
        VersionChange(entry["hash"], entry["node"], folder.node, 1)
        for entry in (_named(file) for file in body["files"])
    ]
    body["record"] = vault.record(folder, *changes).to_wire()
    commit(vault, body | {"rows": [row]})
    vault.refresh()
    assert vault.state.position.seq == 2
    assert len(vault.state.nodes) == 13
    assert Node.objects.filter(parent=folder.node).count() == 12


def _named(file: Json) -> Json:
    from siegel.seals.documents import Manifest
    from siegel.seals.signed import Signed

    signed = Signed.from_wire(file["manifest"])
    return {"hash": signed.hash, "node": Manifest.parse(signed).node}


def test_the_same_commit_again_is_answered_alike_and_publishes_once(vault: OpenVault, cleared: Sealed) -> None:
    body = vault.commit_body(cleared)
    assert commit(vault, body) == commit(vault, body)
    assert Version.objects.count() == 1
    assert len(stored()) == 1


def test_after_a_lost_race_the_same_upload_is_committed_with_a_new_record(vault: OpenVault, cleared: Sealed) -> None:
    stale = vault.commit_body(cleared)
    change, row = vault.folder()
    vault.append(vault.record(change), rows=[row])
    assert refused_code(vault, stale) == "stale"
    vault.refresh()
    vault.commit(cleared)
    assert Version.objects.count() == 1


def test_an_upload_nobody_scanned_is_not_published(vault: OpenVault) -> None:
    assert refused_code(vault, vault.commit_body(vault.send(b"Beleg"))) == "upload_unchecked"


def test_what_a_scanner_found_clean_is_checked_again_once_its_key_is_taken_back(
    vault: OpenVault, cleared: Sealed, owner: Island, scanner: ScannerDouble
) -> None:
    owner.revoke(scanner.seed.public_keys(signs_only=True).kid, reason="lost")
    assert refused_code(vault, vault.commit_body(cleared)) == "upload_unchecked"
    assert Upload.objects.filter(pk=cleared.upload).exclude(verdict_bytes=None).exists()


@pytest.mark.parametrize("field", ["payload_hash", "payload_size", "commitment"])
def test_a_manifest_about_other_bytes_is_refused(vault: OpenVault, cleared: Sealed, field: str) -> None:
    other = len(cleared.payload) + 1 if field == "payload_size" else b64(secrets.token_bytes(32))
    assert refused_code(vault, vault.commit_body(cleared, **{field: other})) == "manifest_differs"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("epoch", 2, "stale"),
        ("generation", 2, "document_refused"),
        ("version", 2, "document_refused"),
        ("parent", b64(bytes(16)), "document_refused"),
        ("author", b64(bytes(32)), "document_refused"),
        ("vault", b64(bytes(16)), "document_refused"),
        ("firm", b64(bytes(16)), "document_refused"),
    ],
)
def test_a_manifest_that_does_not_fit_the_chain_is_refused(
    vault: OpenVault, cleared: Sealed, field: str, value: object, code: str
) -> None:
    more = {field: value} | ({"previous": b64(bytes(32))} if field == "version" else {})
    assert refused_code(vault, vault.commit_body(cleared, **more)) == code


def test_a_manifest_with_a_foreign_signature_is_refused(vault: OpenVault, cleared: Sealed) -> None:
    body = vault.commit_body(cleared)
    body["files"][0]["manifest"]["sig"] = vault.commit_body(cleared)["files"][0]["manifest"]["sig"]
    assert refused_code(vault, body) == "document_refused"


def _classic(made: Sealed) -> bytes:
    return seal_header(made.sealed.file_key, [X25519Identity.generate().recipient()])


def _cut(made: Sealed) -> bytes:
    return _hybrid(made)[:-1]


def _continued(made: Sealed) -> bytes:
    return _hybrid(made) + b"x"


def _hybrid(made: Sealed) -> bytes:
    from siegel.seals.derive import EpochSeed

    return files.header_for(made.sealed.file_key, EpochSeed.generate().recipient())


@pytest.mark.parametrize("header", [_classic, _cut, _continued, lambda made: bytes(2 << 20)])
def test_a_header_that_is_not_one_hybrid_stanza_is_refused(
    vault: OpenVault, cleared: Sealed, header: Callable[[Sealed], bytes]
) -> None:
    body = vault.commit_body(cleared)
    body["files"][0]["header"] = b64(header(cleared))
    assert refused_code(vault, body) in ("document_refused", "bad_request")


def test_a_row_that_was_not_signed_is_refused(vault: OpenVault, cleared: Sealed) -> None:
    body = vault.commit_body(cleared)
    body["files"][0]["row"] = b64(b"another row")
    assert refused_code(vault, body) == "row_differs"


def test_one_upload_does_not_become_two_files(vault: OpenVault, cleared: Sealed) -> None:
    assert refused_code(vault, vault.commit_body(cleared, cleared)) == "not_found"


def test_nobody_commits_somebody_elses_upload(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    made = vault.send(b"Beleg")
    vault.check(made)
    theirs = open_vault(client_user, vault.id)
    assert refused_code(theirs, theirs.commit_body(made)) == "not_found"


def test_an_upload_for_one_vault_is_not_published_in_another(owner: Island, vault: OpenVault, cleared: Sealed) -> None:
    from siegel.vault.tests.island import begin_vault

    other = begin_vault(owner)
    assert refused_code(other, other.commit_body(cleared)) == "not_found"


def test_a_new_version_follows_the_one_before(vault: OpenVault, cleared: Sealed) -> None:
    vault.commit(cleared)
    [(node, state)] = vault.state.nodes.items()
    second = vault.send(b"Kontoauszug, berichtigt")
    vault.check(second)
    vault.commit(second, node=node, version=2, previous=state.manifest)
    assert vault.open(node, 1) == b"Kontoauszug"
    assert vault.open(node, 2) == b"Kontoauszug, berichtigt"
    assert Vault.objects.get().file_count == 1


def test_an_empty_file_travels_like_any_other(vault: OpenVault) -> None:
    assert vault.open(vault.put(b"")) == b""


def test_a_payload_made_for_two_keys_is_committed_to_one(vault: OpenVault, cleared: Sealed) -> None:
    """The header of another file key passes the server, which cannot open it; every reader refuses it."""
    from siegel.seals.errors import IntegrityError

    body = vault.commit_body(cleared)
    other = FileKey.generate()
    body["files"][0]["header"] = b64(files.header_for(other, vault.state.position.now.epoch.recipient))
    commit(vault, body)
    vault.refresh()
    [node] = vault.state.nodes
    with pytest.raises(IntegrityError) as refused:
        vault.open(node)
    assert refused.value.code == "commitment_mismatch"


def test_the_staging_file_of_a_published_upload_is_not_appended_to(vault: OpenVault, cleared: Sealed) -> None:
    vault.commit(cleared)
    with pytest.raises(Exception, match="not_found"):
        staging.receive(cleared.upload, io.BytesIO(b"x"), offset=0, length=1, recheck=lambda: None)
