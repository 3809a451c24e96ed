"""Sealed thumbnails over HTTP: who gets them, what they cost, how long they stay, and what is refused."""

import secrets
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from siegel.keys.tests.island import Island, Json, RefusedError
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import digest
from siegel.seals.ids import new_id
from siegel.seals.records import PurgeChange, RemoveChange
from siegel.seals.thumbnails import MAX_THUMBNAIL_SIZE, Pictured, open_thumbnail, seal_thumbnail
from siegel.vault.models import Thumbnail, Vault, Version
from siegel.vault.tests.island import OpenVault, Sealed
from siegel.vault.tests.resealing import reseal_body, sent

IMAGE = b"a small picture"


def sealed_for(vault: OpenVault, made: Sealed, image: bytes = IMAGE) -> bytes:
    of = Pictured(vault.island.firm, vault.id, made.sealed.commitment, vault.epoch)
    return seal_thumbnail(vault.seeds[vault.epoch], of, image)


def with_box(body: Json, box: bytes) -> Json:
    [file] = body["files"]
    return body | {"files": [file | {"thumbnail": b64(box)}]}


def commit(vault: OpenVault, body: Json) -> None:
    vault.island.post(f"vaults/{vault.id}/commit", body)
    vault.refresh()


def put(vault: OpenVault, content: bytes = b"Beleg") -> tuple[str, bytes, Sealed]:
    """A file with a thumbnail: its node, the sealed box, and what was uploaded."""
    made = sent(vault, content)
    box, node = sealed_for(vault, made), new_id()
    commit(vault, with_box(vault.commit_body(made, thumbnail=digest(box), node=node), box))
    return node, box, made


def asked(island: Island, vault: str, *named: str) -> dict[str, bytes]:
    answer = island.get(f"vaults/{vault}/thumbnails?of={','.join(named)}")
    return {f"{one['node']}.{one['version']}": unb64(one["box"]) for one in answer["thumbnails"]}


def size_of(vault: OpenVault) -> int:
    return Vault.objects.get(pk=vault.id).size_bytes


def test_readers_get_the_box_and_it_counts_with_the_contents(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    node, box, made = put(vault)
    found = asked(client_user, vault.id, f"{node}.1", f"{node}.2", f"{new_id()}.1")
    assert found == {f"{node}.1": box}
    assert asked(client_user, vault.id) == {}
    of = Pictured(vault.island.firm, vault.id, made.sealed.commitment, vault.epoch)
    assert open_thumbnail(vault.seeds[vault.epoch], of, found[f"{node}.1"], digest(box)) == IMAGE
    assert size_of(vault) == len(made.payload) + len(box)


def test_many_are_asked_for_with_as_many_queries_as_one(vault: OpenVault) -> None:
    nodes = [put(vault, secrets.token_bytes(9))[0] for _ in range(3)]
    counts = []
    for named in (nodes[:1], nodes):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(asked(vault.island, vault.id, *(f"{node}.1" for node in named))) == len(named)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_who_does_not_hold_the_vault_gets_none(vault: OpenVault, clerk: Island) -> None:
    node, _, _ = put(vault)
    with pytest.raises(RefusedError) as refused:
        asked(clerk, vault.id, f"{node}.1")
    assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    ("named", "code"), [(",".join(["A" * 22 + ".1"] * 51), "too_many"), (".1", "not_found"), ("A" * 22, "not_found")]
)
def test_more_than_a_screenful_or_no_version_is_refused(vault: OpenVault, named: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        asked(vault.island, vault.id, named)
    assert refused.value.code == code


@pytest.mark.parametrize("case", ["none sent", "none signed", "another", "too large"])
def test_a_box_that_is_not_the_signed_one_publishes_nothing(vault: OpenVault, case: str) -> None:
    made = sent(vault, b"Beleg")
    box = secrets.token_bytes(MAX_THUMBNAIL_SIZE + 1) if case == "too large" else sealed_for(vault, made)
    signed: dict[str, Any] = {} if case == "none signed" else {"thumbnail": digest(box)}
    body = vault.commit_body(made, **signed)
    if case != "none sent":
        body = with_box(body, box + b"x" if case == "another" else box)
    with pytest.raises(RefusedError) as refused:
        commit(vault, body)
    assert refused.value.code == "thumbnail_differs"
    assert not Version.objects.exists()
    assert not Thumbnail.objects.exists()


def test_a_copy_takes_its_sources_thumbnail_and_must_name_it(vault: OpenVault) -> None:
    node, box, made = put(vault)
    copy = vault.copy(node)
    again = vault.copy(copy)
    assert set(asked(vault.island, vault.id, f"{copy}.1", f"{again}.1").values()) == {box}
    assert size_of(vault) == len(made.payload) + 3 * len(box)
    with pytest.raises(RefusedError) as refused:
        vault.copy(node, thumbnail=None)
    assert "copy_differs" in str(refused.value)


def test_it_goes_with_what_opens_its_version(
    vault: OpenVault, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    node, _, _ = put(vault)
    copy = vault.copy(node)
    vault.change(RemoveChange(node))
    assert asked(vault.island, vault.id, f"{node}.1")
    with django_capture_on_commit_callbacks(execute=True):
        vault.change(PurgeChange(node))
    assert asked(vault.island, vault.id, f"{node}.1") == {}
    assert asked(vault.island, vault.id, f"{copy}.1")
    vault.change(RemoveChange(copy))
    with django_capture_on_commit_callbacks(execute=True):
        vault.change(PurgeChange(copy))
    assert not Thumbnail.objects.exists()
    assert size_of(vault) == 0


def test_what_is_sealed_anew_brings_a_box_of_its_own(vault: OpenVault) -> None:
    node, old, _ = put(vault)
    vault.rotate()
    made = sent(vault, b"Beleg")
    box = sealed_for(vault, made)
    commit(vault, with_box(reseal_body(vault, made, node, thumbnail=digest(box)), box))
    assert asked(vault.island, vault.id, f"{node}.1") == {f"{node}.1": box}
    assert [bytes(one.box) for one in Thumbnail.objects.all()] == [box]
    assert size_of(vault) == len(made.payload) + len(box)
    assert old != box


def test_what_waits_for_a_release_shows_none(vault: OpenVault) -> None:
    node, box, _ = put(vault)
    Version.objects.update(held=True)
    assert asked(vault.island, vault.id, f"{node}.1") == {}
    Version.objects.update(held=False)
    assert asked(vault.island, vault.id, f"{node}.1") == {f"{node}.1": box}
