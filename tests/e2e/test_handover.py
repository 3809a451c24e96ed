"""A dossier goes from one firm to another: two servers that know nothing of each other, and the program `siegel`."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.account import sign_in as signed_in
from siegel.agent.client import Api
from siegel.scanner.tests.samples import EICAR
from tests.e2e.conftest import VAULT, SignIn
from tests.e2e.people import Firm, found, wait_for_scanner
from tests.installation import Installation, installed

CONTENTS = {"Bescheid 2024.txt": b"Bescheid", "Belege/Äpfel.txt": b"sieben Kisten", "leer.txt": b""}
THEIRS = "Übernommene Akten"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Another server, in another town."""
    with installed(tmp_path_factory.mktemp("elsewhere")) as running:
        yield running


@pytest.fixture(scope="module")
def receiver(elsewhere: Installation, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    made = found(elsewhere, tmp_path_factory.mktemp("receiver") / "nachbar", "nachbar", vault=THEIRS)
    wait_for_scanner(elsewhere.url, made.client)
    return made


def newest(url: str, firm: Firm) -> dict[str, Any]:
    """What the log says happened last in the firm's vault."""
    with closing(Api(url)) as api:
        account, _ = signed_in(api, firm.clerk.key)
        entry: dict[str, Any] = account.api.get(f"vaults/{firm.vault_id}/activity")["entries"][0]
        return entry


@pytest.mark.timeout(400)
def test_a_dossier_goes_from_one_server_to_another(
    firm: Firm, receiver: Firm, installation: Installation, elsewhere: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    source = tmp_path / "Akte"
    for name, content in CONTENTS.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    giver, taker = sign_in(firm.clerk), sign_in(receiver.clerk, url=elsewhere.url)
    put = giver("vault", "put", *source.iterdir(), f"{VAULT}:/Für drüben/")
    assert put.code == 0, put.err
    card, package = tmp_path / "card.txt", tmp_path / "package"
    made = taker("key", "card", receiver.clerk.key_file, "-o", card)
    assert made.code == 0, made.err
    packed = giver("vault", "hand-over", VAULT, "--to", card, "--yes", package)
    assert packed.code == 0, packed.err
    assert newest(installation.url, firm)["kind"] == "vault.handed_over"
    # as a browser would have it, and as the program makes it
    archive = Path(shutil.make_archive(str(tmp_path / "package"), "zip", package))
    for number, given in enumerate((package, archive)):
        taken = taker("vault", "take-in", given, f"{THEIRS}:/Weg {number}/", "--yes")
        assert taken.code == 0, taken.err
        assert newest(elsewhere.url, receiver)["kind"] == "vault.taken_in"
        for name, content in CONTENTS.items():
            out = tmp_path / f"out-{number}"
            got = taker("vault", "get", f"{THEIRS}:/Weg {number}/Für drüben/{name}", out)
            assert got.code == 0, got.err
            assert out.read_bytes() == content
            out.unlink()


@pytest.mark.timeout(400)
def test_what_the_other_firms_scanner_finds_does_not_come_in(
    firm: Firm, receiver: Firm, elsewhere: Installation, sign_in: SignIn, tmp_path: Path
) -> None:
    """The giver's scanner knew nothing of it; the package is opened, and scanned again, where it arrives."""
    taker = sign_in(receiver.clerk, url=elsewhere.url)
    package, archive = tmp_path / "package", tmp_path / "infected.zip"
    packed_by_hand(firm, receiver, package, {"gut.txt": b"gut", "boese.txt": EICAR})
    with zipfile.ZipFile(archive, "w") as target:
        for path in package.iterdir():
            target.write(path, path.name)
    taken = taker("vault", "take-in", archive, f"{THEIRS}:/Verdacht/", "--yes", "--json")
    assert taken.code == 1
    assert {one["path"]: one["result"] for one in taken.json["files"]} == {
        "/Verdacht/gut.txt": "stored",
        "/Verdacht/boese.txt": "infected",
    }


def packed_by_hand(giver: Firm, receiver: Firm, folder: Path, contents: dict[str, bytes]) -> None:
    """A package as the giver's program makes it, of files that his own server would not have taken."""
    import io
    import json

    from siegel.agent.handover import INDEX, NAMESPACE
    from siegel.lib import sshsig
    from siegel.lib.age import HybridRecipient, seal_file
    from siegel.lib.merkle import SegmentTree
    from siegel.seals import canonical
    from siegel.seals.canonical import Json, b64

    folder.mkdir()
    key, recipient = giver.clerk.key, receiver.clerk.key.seed.public_keys().recipient or ""
    files: list[Json] = []
    for number, (name, content) in enumerate(contents.items(), 1):
        tree = SegmentTree()
        tree.update(content)
        file = f"{number:04}.age"
        with (folder / file).open("wb") as sink:
            seal_file(io.BytesIO(content), sink, [HybridRecipient.parse(recipient)])
        about: dict[str, Json] = {
            "file": file,
            "path": [name],
            "size": len(content),
            "type": "",
            "created": None,
            "modified": None,
        }
        files.append(about | {"content_hash": b64(tree.root())})
    own = key.seed.public_keys()
    index = canonical.encode(
        {
            "created": 0,
            "dossier": {"client_name": "Müller", "client_number": "1", "title": "Akte"},
            "files": files,
            "firm": key.firm,
            "recipient": recipient,
            "recipient_of_sender": own.recipient,
            "sender": key.person,
            "signing_key": own.signing_key,
            "vault": giver.vault_id,
        }
    )
    signed = {"bytes": b64(index), "sig": b64(sshsig.sign(key.seed.signing_key(), NAMESPACE, index))}
    with (folder / INDEX).open("wb") as sink:
        seal_file(io.BytesIO(json.dumps(signed).encode()), sink, [HybridRecipient.parse(recipient)])
