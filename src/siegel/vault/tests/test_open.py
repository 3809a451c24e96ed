import json
import os

import pytest

from siegel.base.errors import BaseError
from siegel.base.models import AuditEntry
from siegel.keys.tests.island import Island
from siegel.lib.merkle import root_from_leaves
from siegel.seals.canonical import b64, unb64
from siegel.vault import staging
from siegel.vault.tests.island import OpenVault, Sealed

MIB = 1 << 20


@pytest.fixture
def made(vault: OpenVault) -> Sealed:
    """A published file of a bit more than two segments."""
    made = vault.send(os.urandom(2 * MIB + 100))
    vault.check(made)
    vault.commit(made)
    return made


def place(vault: OpenVault) -> str:
    [node] = vault.state.nodes
    return f"/api/vaults/{vault.id}/nodes/{node}/versions/1"


def test_asking_for_a_version_gives_the_leaves_of_its_payload_and_is_logged(vault: OpenVault, made: Sealed) -> None:
    meta = vault.island.browser.get(place(vault)).json()
    joined = unb64(meta["leaves"])
    leaves = [joined[at : at + 32] for at in range(0, len(joined), 32)]
    assert b64(root_from_leaves(leaves)) == made.sealed.payload_hash
    leaf = json.loads(bytes(AuditEntry.objects.latest("index").leaf))
    assert leaf["kind"] == "vault.version_fetched"
    assert (leaf["about"]["vault"], leaf["about"]["version"]) == (vault.id, 1)


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=5-99", 5, 99),
        ("bytes=1048570-1048590", 1048570, 1048590),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=10-99999999999", 10, None),
        ("bytes=-99999999999", 0, None),
    ],
)
def test_a_range_is_answered_with_exactly_these_bytes(
    vault: OpenVault, made: Sealed, header: str, first: int, last: int | None
) -> None:
    response = vault.island.browser.get(f"{place(vault)}/payload", headers={"Range": header})
    assert response.status_code == 206
    wanted = made.payload[first:] if last is None else made.payload[first : last + 1]
    assert b"".join(response.streaming_content) == wanted  # type: ignore[attr-defined]
    assert response["Content-Length"] == str(len(wanted))
    start = made.payload.index(wanted)
    assert response["Content-Range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(made.payload)}"


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"])
def test_what_is_no_single_range_gives_the_whole(vault: OpenVault, made: Sealed, header: str) -> None:
    response = vault.island.browser.get(f"{place(vault)}/payload", headers={"Range": header})
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == made.payload  # type: ignore[attr-defined]


@pytest.mark.parametrize("header", ["bytes=2097796-", "bytes=99999999-100000000", "bytes=-0"])
def test_a_range_behind_the_end_is_416_and_says_the_size(vault: OpenVault, made: Sealed, header: str) -> None:
    response = vault.island.browser.get(f"{place(vault)}/payload", headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(made.payload)}"


def test_a_download_ends_within_four_mebibytes_of_its_session(vault: OpenVault) -> None:
    node = vault.put(os.urandom(9 * MIB))
    browser = vault.island.browser
    response = browser.get(f"/api/vaults/{vault.id}/nodes/{node}/versions/1/payload")
    stream = iter(response.streaming_content)  # type: ignore[attr-defined]
    pieces = [next(stream)]
    vault.island.post("session/end", {})
    with pytest.raises(BaseError, match="signed_out"):
        pieces.extend(stream)
    assert sum(map(len, pieces)) <= staging.RECHECK_BYTES


def test_a_version_that_does_not_exist_is_not_found(vault: OpenVault, made: Sealed, client_user: Island) -> None:
    [node] = vault.state.nodes
    for path in (f"{node}/versions/2", f"{node}/versions/0", f"{'A' * 22}/versions/1", f"{node}/versions/{10**30}"):
        for end in ("", "/payload"):
            answer = client_user.browser.get(f"/api/vaults/{vault.id}/nodes/{path}{end}")
            assert answer.status_code == 404, path
