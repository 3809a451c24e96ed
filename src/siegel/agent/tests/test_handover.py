"""A dossier goes to another firm: packed for its recipient, verified there, and taken in whole or not at all."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from siegel.agent.errors import AgentError
from siegel.agent.handover import INDEX, NAMESPACE, PAGE
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.session import Home
from siegel.agent.spoken import spoken
from siegel.agent.take_in import read_package
from siegel.agent.tests.server import TITLE, Server
from siegel.agent.tests.test_export import CONTENTS, filled, opened
from siegel.agent.tests.test_main import Run, online, run, sign_in
from siegel.lib import sshsig
from siegel.lib.age import HybridIdentity, seal_file
from siegel.seals.canonical import b64, encode, unb64
from siegel.seals.derive import Seed, digest

__all__ = ["filled", "online", "run"]


@pytest.fixture
def packed(run: Run, online: Server, filled: OpenVault) -> Path:
    """The package of the clerk for the client's key, which stands for another firm's."""
    assert sign_in(run, online, online.firm.client) == 0
    assert run("key", "card", "key.txt", "-o", "card.txt") == 0
    shutil.copy("key.txt", "theirs.txt")
    assert sign_in(run, online, online.firm.clerk) == 0
    assert run("vault", "hand-over", TITLE, "--to", "card.txt", "--yes", "package") == 0
    return Path("package")


def as_receiver(run: Run, online: Server) -> str:
    """Signed in, with a vault of one's own to take in to: its title."""
    firm = online.firm
    online.begin_vault(firm.clerk, [(firm.clerk, "manage"), (firm.client, "write")], "Neue Akte")
    assert sign_in(run, online, firm.client) == 0
    return "Neue Akte"


def contents_of(online: Server, title: str, folder: Path) -> dict[str, bytes]:
    [stored] = [vault for vault in online.vaults.values() if vault.shown.title == title]
    vault = open_by_id(online.account(online.firm.clerk), Home(folder / "look"), stored.id)
    seeds = vault.opened.seeds
    return {
        "/".join(path): online.content(stored, one.id, one.node.version, seeds[one.node.epoch])
        for path, one in vault.walk(vault.id)
        if not one.is_folder
    }


def test_a_package_opens_with_stock_age_and_names_no_file_outside(packed: Path) -> None:
    key = Path("theirs.txt").read_bytes()
    names = sorted(path.name for path in packed.iterdir())
    assert names == ["0001.age", "0002.age", "0003.age", PAGE, INDEX]
    assert {opened(packed / name, key) for name in names[:3]} == set(CONTENTS.values())
    assert b"Beleg.pdf" in opened(packed / PAGE, key)
    assert all(b"Beleg" not in path.read_bytes() for path in packed.iterdir())


def test_files_are_sealed_anew_for_the_other_firm(packed: Path, online: Server) -> None:
    stored = [payload for vault in online.vaults.values() for payload in vault.payloads.values()]
    sent = [path.read_bytes() for path in packed.iterdir()]
    assert len(stored) == 3
    assert all(payload[-32:] not in one for payload in stored for one in sent)


def test_the_giving_firms_log_keeps_it(packed: Path, online: Server) -> None:
    [kept] = online.handed_over
    assert kept["files"] == 3
    signed = json.loads(opened(packed / INDEX, Path("theirs.txt").read_bytes()))
    assert kept["package"] == digest(unb64(signed["bytes"]))


def test_the_other_firm_takes_it_in(
    run: Run, online: Server, packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = as_receiver(run, online)
    assert run("vault", "take-in", "package", f"{title}:/Übernommen/", "--yes") == 0
    found = contents_of(online, title, tmp_path)
    assert found == {f"Übernommen/2025/{name}": content for name, content in CONTENTS.items()}
    assert not list((Home().work).glob("take-in-*"))


def test_the_words_of_sender_and_recipient_are_to_be_compared(
    run: Run, online: Server, packed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("vault", "hand-over", TITLE, "--to", "card.txt", "other") == 1
    assert not Path("other").exists()
    title = as_receiver(run, online)
    assert run("vault", "take-in", "package", f"{title}:/") == 1
    identity = online.firm.client.seed.identity()
    package = read_package(packed, identity, online.firm.client.seed.public_keys().recipient or "")
    assert (package.sender, package.title) == (online.firm.clerk.kid, TITLE)
    assert len(spoken(package.sender).split()) == 8


def test_a_card_names_one_recipient_whatever_its_heading_says(run: Run, online: Server, packed: Path) -> None:
    ours = online.firm.client.seed.public_keys().recipient or ""
    theirs = online.firm.owner.seed.public_keys().recipient or ""
    for end in ("\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"):
        Path("false.txt").write_bytes(f"# Siegel: für Kanzlei{end}{theirs}\n# words\n{ours}\n".encode())
        assert run("vault", "hand-over", TITLE, "--to", "false.txt", "other", "--yes") == 2, end
    Path("code.txt").write_text(ours.upper())
    assert run("vault", "hand-over", TITLE, "--to", "code.txt", "other", "--yes") == 0


@pytest.mark.parametrize("whose", ["clerk", "owner"])
def test_a_card_of_the_own_firm_is_refused(
    run: Run, online: Server, packed: Path, capsys: pytest.CaptureFixture[str], whose: str
) -> None:
    recipient = getattr(online.firm, whose).seed.public_keys().recipient
    assert run("vault", "hand-over", TITLE, "--to", recipient, "other", "--yes") == 2
    assert "belongs to your own firm" in capsys.readouterr().err
    assert not Path("other").exists()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def swap(path: Path) -> None:
    other = path.with_name("0002.age")
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


@pytest.mark.parametrize("name", ["0001.age", INDEX])
@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_of_a_damaged_package_nothing_is_taken_in(
    run: Run, online: Server, packed: Path, tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    harm(packed / name)
    title = as_receiver(run, online)
    assert run("vault", "take-in", "package", f"{title}:/", "--yes") == 1
    assert contents_of(online, title, tmp_path) == {}
    assert not list((Home().work).glob("take-in-*"))


def test_files_that_changed_places_are_noticed(run: Run, online: Server, packed: Path, tmp_path: Path) -> None:
    swap(packed / "0001.age")
    title = as_receiver(run, online)
    assert run("vault", "take-in", "package", f"{title}:/", "--yes") == 1
    assert contents_of(online, title, tmp_path) == {}


def test_a_package_for_somebody_else_is_refused(packed: Path) -> None:
    stranger = Seed.generate()
    with pytest.raises(AgentError) as refused:
        read_package(packed, stranger.identity(), stranger.public_keys().recipient or "")
    assert refused.value.code == "package_foreign"


def test_a_list_that_somebody_else_has_sealed_again_is_refused(packed: Path, online: Server) -> None:
    """He who received a package passes it on, as if its sender had packed it for the next one."""
    other = Seed.generate()
    raw = opened(packed / INDEX, Path("theirs.txt").read_bytes())
    reseal(packed / INDEX, raw, other.identity())
    with pytest.raises(AgentError) as refused:
        read_package(packed, other.identity(), other.public_keys().recipient or "")
    assert refused.value.code == "package_foreign"


def test_a_list_with_another_signature_is_refused(packed: Path, online: Server) -> None:
    envelope = json.loads(opened(packed / INDEX, Path("theirs.txt").read_bytes()))
    envelope["bytes"] = envelope["bytes"][:-2] + ("AA" if envelope["bytes"][-2:] != "AA" else "BA")
    client = online.firm.client.seed
    reseal(packed / INDEX, json.dumps(envelope).encode(), client.identity())
    with pytest.raises(AgentError) as refused:
        read_package(packed, client.identity(), client.public_keys().recipient or "")
    assert refused.value.code == "package_damaged"


@pytest.mark.parametrize("file", [".age", "..age", "...age", "0001.age.age", "x.age", "../0001.age", "index.json.age"])
def test_a_list_names_files_of_the_package_only(packed: Path, online: Server, file: str) -> None:
    envelope = json.loads(opened(packed / INDEX, Path("theirs.txt").read_bytes()))
    index = json.loads(unb64(envelope["bytes"]))
    index["files"][0]["file"] = file
    raw, clerk, client = encode(index), online.firm.clerk.seed, online.firm.client.seed
    signature = sshsig.sign(clerk.signing_key(), NAMESPACE, raw)
    reseal(packed / INDEX, json.dumps({"bytes": b64(raw), "sig": b64(signature)}).encode(), client.identity())
    with pytest.raises(AgentError) as refused:
        read_package(packed, client.identity(), client.public_keys().recipient or "")
    assert refused.value.code == "package_damaged"


def test_a_list_that_is_nested_without_end_is_damage_and_no_crash(packed: Path, online: Server) -> None:
    client = online.firm.client.seed
    reseal(packed / INDEX, b"[" * 200_000, client.identity())
    with pytest.raises(AgentError) as refused:
        read_package(packed, client.identity(), client.public_keys().recipient or "")
    assert refused.value.code == "package_damaged"


def reseal(target: Path, content: bytes, identity: HybridIdentity) -> None:
    with target.open("wb") as sink:
        seal_file(io.BytesIO(content), sink, [identity.recipient()])


CLASSIC = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.mark.parametrize("to", ["age1xyz", "nirgends.txt", CLASSIC])
def test_what_is_no_recipient_of_ours_is_wrong_usage(run: Run, online: Server, filled: OpenVault, to: str) -> None:
    assert sign_in(run, online, online.firm.clerk) == 0
    assert run("vault", "hand-over", TITLE, "--to", to, "--yes", "package") == 2
    assert not Path("package").exists()


def test_a_folder_with_something_in_it_is_left_alone(run: Run, online: Server, packed: Path) -> None:
    before = sorted(path.name for path in packed.iterdir())
    assert run("vault", "hand-over", TITLE, "--to", "card.txt", "--yes", "package") == 1
    assert sorted(path.name for path in packed.iterdir()) == before


def test_a_listed_file_lies_in_the_package_and_has_a_name_that_files_may_bear(packed: Path, online: Server) -> None:
    client = online.firm.client.seed
    raw = opened(packed / INDEX, Path("theirs.txt").read_bytes())
    index = json.loads(unb64(json.loads(raw)["bytes"]))
    for name, value in (
        ("file", "../0001.age"),
        ("file", "0001"),
        ("path", []),
        ("path", ["..", "x"]),
        ("path", ["a/b"]),
        ("path", ["a", 1]),
        ("more", 1),
    ):
        forged = json.loads(json.dumps(index))
        forged["files"][0][name] = value
        forged["signing_key"] = client.public_keys().signing_key
        text = encode(forged)
        sig = sshsig.sign(client.signing_key(), NAMESPACE, text)
        reseal(packed / INDEX, json.dumps({"bytes": b64(text), "sig": b64(sig)}).encode(), client.identity())
        with pytest.raises(AgentError) as refused:
            read_package(packed, client.identity(), client.public_keys().recipient or "")
        assert refused.value.code == "package_damaged"


def test_the_words_are_those_of_the_browser() -> None:
    assert spoken(b64(bytes(32))) == " ".join(["babab"] * 8)
    assert spoken(b64(b"\xff" * 32)) == " ".join(["zuzuz"] * 8)
    assert len({spoken(b64((1 << bit).to_bytes(16, "big") + bytes(16))) for bit in range(128)}) == 128


def zipped(folder: Path, target: Path, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(target, "w", method) as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    return target


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_of_the_folder_is_taken_in_too_and_the_log_keeps_it(
    run: Run, online: Server, packed: Path, tmp_path: Path, method: int
) -> None:
    archive = zipped(packed, Path("package.zip"), method)
    title = as_receiver(run, online)
    assert run("vault", "take-in", str(archive), f"{title}:/", "--yes") == 0
    assert contents_of(online, title, tmp_path) == {f"2025/{name}": content for name, content in CONTENTS.items()}
    assert not list((Home().work).glob("take-in-*"))
    [kept] = online.taken_in
    [given] = online.handed_over
    assert kept == {"package": given["package"], "sender": online.firm.clerk.kid, "files": 3}


def test_an_archive_that_is_cut_or_grows_is_refused(run: Run, online: Server, packed: Path) -> None:
    archive = zipped(packed, Path("package.zip"))
    cut(archive)
    title = as_receiver(run, online)
    assert run("vault", "take-in", str(archive), f"{title}:/", "--yes") == 1
    (packed / "0004.age").write_bytes(bytes(1 << 22))
    assert run("vault", "take-in", str(zipped(packed, archive, zipfile.ZIP_DEFLATED)), f"{title}:/", "--yes") == 1
    assert online.taken_in == []


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_by_a_method_that_takes_the_memory_it_likes_is_refused(
    run: Run, online: Server, packed: Path, method: int
) -> None:
    archive = zipped(packed, Path("package.zip"), method)
    title = as_receiver(run, online)
    assert run("vault", "take-in", str(archive), f"{title}:/", "--yes") == 1
    assert online.taken_in == []


def test_an_archive_whose_names_are_no_text_is_damage_and_no_crash(run: Run, online: Server, packed: Path) -> None:
    archive = zipped(packed, Path("package.zip"))
    content = bytearray(archive.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 9] |= 0x08  # the name is said to be UTF-8
    content[entry + 46] = 0xFF
    archive.write_bytes(content)
    title = as_receiver(run, online)
    assert run("vault", "take-in", str(archive), f"{title}:/", "--yes") == 1
