"""Putting, listing and getting, with others at work and lines that break."""

import os
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from siegel.agent.account import Account, countersign_waiting
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.folders import folder_id, make_folders
from siegel.agent.get import get_file
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import plan_put
from siegel.agent.put import BATCH_FILES
from siegel.agent.session import Home
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import MARK, TITLE, Server, StoredVault
from siegel.agent.vaults import list_vaults, open_named
from siegel.lib.age import sealed_size
from siegel.seals.canonical import b64
from siegel.seals.documents import MAX_CONTENT_SIZE, Roster
from siegel.seals.errors import RefusedError
from siegel.seals.records import RosterChange
from siegel.seals.replay import next_record
from siegel.seals.signed import Signed


def folder_of(path: Path, **files: bytes) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def fetched(vault: OpenVault, path: str, target: Path) -> bytes:
    vault.sync()
    entity = vault.find(path.split("/"))
    assert entity is not None
    get_file(vault, entity, target)
    return target.read_bytes()


def test_files_and_folders_go_and_come_back(vault: OpenVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "belege", eins=b"1", leer=b"")
    folder_of(source / "tief", gross=bytes(3_000_000))
    (source / "nichts").mkdir()
    assert put_all(vault, plan_put([source], ("2025",))) == {
        "2025/belege/eins": "stored",
        "2025/belege/leer": "stored",
        "2025/belege/tief/gross": "stored",
    }
    vault.sync()
    assert ["/".join(path) for path, _ in vault.walk(vault.id)] == [
        "2025", "2025/belege", "2025/belege/eins", "2025/belege/leer", "2025/belege/nichts", "2025/belege/tief",
        "2025/belege/tief/gross",
    ]  # fmt: skip
    for path in ("eins", "leer", "tief/gross"):
        assert fetched(vault, f"2025/belege/{path}", tmp_path / "out") == (source / path).read_bytes()


def test_another_member_reads_the_same(server: Server, vault: OpenVault, tmp_path: Path) -> None:
    put_all(vault, plan_put([*folder_of(tmp_path / "a", brief=b"Guten Tag").iterdir()], ()))
    clerk = open_named(server.account(server.firm.clerk), Home(tmp_path / "clerk"), TITLE)
    assert fetched(clerk, "brief", tmp_path / "out") == b"Guten Tag"


def test_an_existing_name_becomes_its_next_version(vault: OpenVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", brief=b"alt") / "brief"
    put_all(vault, plan_put([source], ()))
    source.write_bytes(b"neu")
    put_all(vault, plan_put([source], ()))
    assert fetched(vault, "brief", tmp_path / "out") == b"neu"
    entity = vault.find(["brief"])
    assert entity is not None
    assert entity.node.version == 2
    assert len(vault.children(vault.id)) == 1


def test_an_infected_file_stays_behind_and_the_others_go_on(
    vault: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    source = folder_of(tmp_path / "a", gut=b"gut", schlecht=b".." + MARK, besser=b"besser")
    found = put_all(vault, plan_put([source], ()))
    assert found == {"a/gut": "stored", "a/schlecht": "infected", "a/besser": "stored"}
    vault.sync()
    assert set(vault.children(folder_id(vault, ("a",)))) == {"gut", "besser"}
    assert len(stored.payloads) == 2


def test_many_files_go_in_records_of_two_hundred(vault: OpenVault, stored: StoredVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", **{f"f{number}": b"x" for number in range(BATCH_FILES + 3)})
    before = len(stored.entries)
    assert set(put_all(vault, plan_put([source], ())).values()) == {"stored"}
    assert len(stored.entries) == before + 3


def test_one_batch_is_scanned_while_the_one_before_is_committed(
    vault: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siegel.agent.put.BATCH_FILES", 1)
    source, api, both = folder_of(tmp_path / "a", a=b"a", b=b"b"), vault.account.api, Barrier(2)
    post, commits, checks = api.post, count(1), count(1)

    def watched(path: str, *body: Any, **more: Any) -> Any:
        # Each waits for the other: one after the other, both would wait in vain.
        if (path.endswith("/commit") and next(commits) == 1) or (path.endswith("/check") and next(checks) == 2):
            both.wait(20)
        return post(path, *body, **more)

    monkeypatch.setattr(api, "post", watched)
    assert set(put_all(vault, plan_put([source], ())).values()) == {"stored"}
    assert not both.broken


def test_a_full_vault_ends_the_command_and_what_was_committed_before_stays(
    vault: OpenVault, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siegel.agent.put.BATCH_FILES", 2)
    source = folder_of(tmp_path / "a", **{f"f{number}": bytes(1000) for number in range(9)})
    # two batches of two go in, the third is beyond the limit, the fourth and fifth may not overtake it
    server.quota = 5 * sealed_size(1000)
    with pytest.raises(ServerError) as refused:
        put_all(vault, plan_put([source], ()))
    assert (refused.value.status, refused.value.code) == (409, "quota_exceeded")
    vault.sync()
    stored = set(vault.children(folder_id(vault, ("a",))))
    assert stored <= {"f0", "f1", "f2", "f3"}
    assert len(stored) % 2 == 0
    server.quota = None
    assert set(put_all(vault, plan_put([source], ())).values()) == {"stored"}
    vault.sync()
    versions = {name: one.node.version for name, one in vault.children(folder_id(vault, ("a",))).items()}
    assert versions == {f"f{number}": 2 if f"f{number}" in stored else 1 for number in range(9)}


def test_of_two_names_that_differ_in_case_only_the_first_goes_and_nothing_else_is_lost(
    vault: OpenVault, tmp_path: Path
) -> None:
    first, second = folder_of(tmp_path / "a", brief=b"1"), folder_of(tmp_path / "b", Brief=b"2", rest=b"3")
    assert put_all(vault, plan_put([*first.iterdir(), *sorted(second.iterdir())], ())) == {
        "Brief": "same_target",
        "brief": "stored",
        "rest": "stored",
    }
    folders = [folder_of(tmp_path / parent / name, x=b"x") for parent, name in (("c", "Ordner"), ("d", "ordner"))]
    assert put_all(vault, plan_put(folders, ())) == {"ordner": "same_target", "Ordner/x": "stored"}
    vault.sync()
    assert set(vault.children(vault.id)) == {"brief", "rest", "Ordner"}


def test_no_folder_is_made_beside_one_whose_name_differs_in_case_only(vault: OpenVault, tmp_path: Path) -> None:
    make_folders(vault, [("Belege",)])
    for wanted in ([("belege",)], [("neu",), ("Neu",)], [("alt", "x"), ("alt", "X")]):
        with pytest.raises(AgentError) as error:
            make_folders(vault, wanted)
        assert error.value.code == "name_taken"
    vault.sync()
    assert set(vault.children(vault.id)) == {"Belege"}


def test_a_file_over_the_limit_is_refused_before_anything_is_sealed(server: Server, tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(MAX_CONTENT_SIZE + 1)
    small = folder_of(tmp_path / "a", small=b"x") / "small"
    server.requests.clear()
    plan = plan_put([big, small], ())
    assert [(one.path, one.code) for one in plan.refused] == [("big", "too_large")]
    assert [item.path for item in plan.items] == [("small",)]
    assert server.requests == []


def test_what_cannot_go_is_known_beforehand(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", gut=b"x")
    (source / "link").symlink_to(source / "gut")
    os.mkfifo(source / "pipe")
    (source / "neue\nzeile").write_bytes(b"x")
    (source / "bidi\u202efdp.exe").write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(source) + b"/latin\xe4")).write_bytes(b"x")
    other = folder_of(tmp_path / "b" / "a", gut=b"y")
    plan = plan_put([source, other], ())
    assert {one.path: one.code for one in plan.refused} == {
        "a/link": "link",
        "a/pipe": "not_a_file",
        "a/neue\nzeile": "name_character",
        "a/bidi\u202efdp.exe": "name_character",
        "a/latin\udce4": "name_character",
        "a/gut": "same_target",
    }
    assert [item.path for item in plan.items] == [("a", "gut")]


def test_decomposed_names_are_composed(tmp_path: Path) -> None:
    source = tmp_path / "Ka\u0308se"
    source.write_bytes(b"x")
    assert plan_put([source], ()).items[0].path == ("K\u00e4se",)


def test_a_link_that_is_named_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder_of(tmp_path / "a", gut=b"x"))
    assert [item.path for item in plan_put([tmp_path / "link"], ()).items] == [("link", "gut")]


def test_a_file_that_vanishes_is_told_and_the_others_go_on(vault: OpenVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", bleibt=b"x", geht=b"y")
    plan = plan_put([source], ())
    (source / "geht").unlink()
    assert put_all(vault, plan) == {"a/bleibt": "stored", "a/geht": "unreadable"}


def test_a_lost_race_is_rebased_on_what_won(server: Server, vault: OpenVault, tmp_path: Path) -> None:
    """Somebody puts a file of the same name at the last moment: ours becomes its second version."""
    clerk = open_by_id(server.account(server.firm.clerk), Home(tmp_path / "clerk"), vault.id)
    source = folder_of(tmp_path / "a", brief=b"unser Brief") / "brief"
    other = folder_of(tmp_path / "b", brief=b"ihr Brief") / "brief"
    raced: list[int] = []

    def race(request: httpx.Request) -> None:
        if request.url.path.endswith("/commit") and not raced:
            raced.append(1)
            put_all(clerk, plan_put([other], ()))

    server.before = race
    assert put_all(vault, plan_put([source], ())) == {"brief": "stored"}
    assert fetched(vault, "brief", tmp_path / "out") == b"unser Brief"
    entity = vault.find(["brief"])
    assert entity is not None
    assert entity.node.version == 2


def test_a_race_that_is_always_lost_ends(vault: OpenVault, server: Server, tmp_path: Path) -> None:
    server.lies.append(lambda path, answer: answer)
    original = server.append
    server.append = lambda vault, body, manifests=(): (409, {"code": "stale", "message": "zu spät"})  # type: ignore[method-assign]
    with pytest.raises(AgentError) as error:
        put_all(vault, plan_put([folder_of(tmp_path / "a", brief=b"x") / "brief"], ()))
    assert error.value.code == "stale"
    server.append = original  # type: ignore[method-assign]


def invited(server: Server, stored: StoredVault) -> None:
    """The clerk invites somebody into the vault, who redeems: the epoch is due."""
    firm, clerk = server.firm, server.firm.clerk
    invitation = firm.invite(clerk, stored.id)
    position = stored.state.position
    now = position.now
    from siegel.seals.documents import Holder
    from siegel.seals.epochs import open_epochs, seal_seed

    own = {epoch: age for (epoch, key), age in stored.wraps.items() if key == clerk.kid}
    seeds = open_epochs(own, clerk.seed, stored.state.epochs).seeds
    line = Holder(invitation.kid, "write", invitation.id)
    holders = tuple(sorted((*now.roster.holders, line), key=lambda holder: holder.key))
    roster: Signed = Roster(clerk.kid, firm.id, holders, now.roster_hash, now.roster.seq + 1, stored.id).sign(
        clerk.seed
    )
    recipient = invitation.known.certificate.recipient or ""
    body = {
        "record": next_record(position, clerk.seed, (RosterChange(roster.hash, now.roster.seq + 1),)).to_wire(),
        "roster": roster.to_wire(),
        "wraps": [{"key": invitation.kid, "age": b64(seal_seed(seeds[now.epoch.epoch], recipient))}],
    }
    assert server.append(stored, body)[0] == 201
    firm.redeem(invitation)


def test_an_epoch_that_is_due_begins_before_anything_is_sealed(
    server: Server, stored: StoredVault, vault: OpenVault, tmp_path: Path
) -> None:
    put_all(vault, plan_put([folder_of(tmp_path / "a", alt=b"alt") / "alt"], ()))
    invited(server, stored)
    put_all(vault, plan_put([folder_of(tmp_path / "a", neu=b"neu") / "neu"], ()))
    assert stored.state.position.now.epoch.epoch == 2
    assert {key for epoch, key in stored.wraps if epoch == 2} == vault_members(server, stored)
    assert fetched(vault, "alt", tmp_path / "out") == b"alt"
    assert fetched(vault, "neu", tmp_path / "out") == b"neu"


def vault_members(server: Server, stored: StoredVault) -> set[str]:
    from siegel.seals.holders import members

    return set(members(stored.state.position.now.roster, server.firm.store, server.firm.moment))


def test_an_epoch_that_becomes_due_during_the_upload_begins_before_the_commit(
    server: Server, stored: StoredVault, vault: OpenVault, tmp_path: Path
) -> None:
    done: list[int] = []

    def redeem(request: httpx.Request) -> None:
        if request.url.path.endswith("/check") and not done:
            done.append(1)
            invited(server, stored)

    server.before = redeem
    put_all(vault, plan_put([folder_of(tmp_path / "a", neu=b"neu") / "neu"], ()))
    entity = open_by_id(vault.account, vault.home, vault.id).find(["neu"])
    assert entity is not None
    assert entity.node.epoch == 2
    assert fetched(vault, "neu", tmp_path / "out") == b"neu"


def test_a_scanner_key_that_was_renewed_meanwhile_gets_new_headers(
    server: Server, vault: OpenVault, tmp_path: Path
) -> None:
    from siegel.seals.derive import Seed

    renewed: list[int] = []

    def renew(request: httpx.Request) -> None:
        if request.url.path.endswith("/check") and not renewed:
            renewed.append(1)
            server.scanner_seed = Seed.generate()

    server.before = renew
    assert put_all(vault, plan_put([folder_of(tmp_path / "a", neu=b"neu") / "neu"], ())) == {"neu": "stored"}


def test_folders_are_made_with_those_above_them(vault: OpenVault) -> None:
    make_folders(vault, [("a", "b", "c")], must_be_new=("a", "b", "c"))
    vault.sync()
    assert folder_id(vault, ("a", "b", "c"))
    with pytest.raises(AgentError) as error:
        make_folders(vault, [("a", "b")], must_be_new=("a", "b"))
    assert error.value.code == "exists"
    with pytest.raises(RefusedError):
        make_folders(vault, [("a", "x\n")])


def test_a_file_is_no_folder_and_a_folder_no_file(vault: OpenVault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", x=b"1")
    put_all(vault, plan_put([source / "x"], ()))
    for attempt in (
        lambda: make_folders(vault, [("x", "y")]),
        lambda: put_all(vault, plan_put([source / "x"], ("x",))),
    ):
        with pytest.raises(AgentError) as error:
            attempt()
        assert error.value.code == "not_a_folder"
    make_folders(vault, [("ordner",)])
    (tmp_path / "ordner").write_bytes(b"1")
    with pytest.raises(AgentError) as error:
        put_all(vault, plan_put([tmp_path / "ordner"], ()))
    assert error.value.code == "is_a_folder"


def test_vaults_of_one_title_are_told_apart_by_the_clients_number(
    server: Server, client: Account, stored: StoredVault, home: Home
) -> None:
    assert [vault.name for vault in list_vaults(client)] == [TITLE]
    server.begin_vault(server.firm.clerk, [(server.firm.clerk, "manage"), (server.firm.client, "read")])
    assert [vault.name for vault in list_vaults(client)] == [f"10001/{TITLE}"] * 2
    with pytest.raises(AgentError) as error:
        open_named(client, home, TITLE)
    assert error.value.code == "vault_ambiguous"
    with pytest.raises(AgentError) as error:
        open_named(client, home, "anderer")
    assert error.value.code == "vault_unknown"


def test_a_path_that_is_not_there_is_refused(vault: OpenVault) -> None:
    with pytest.raises(AgentError) as error:
        vault.find(["nichts"])
    assert error.value.code == "path_unknown"
    assert vault.find([]) is None


def test_waiting_certificates_are_confirmed_by_who_may(server: Server, stored: StoredVault) -> None:
    person = server.firm.redeem(server.firm.invite(server.firm.clerk, stored.id))
    assert server.firm.store.is_provisional(person.kid)
    assert countersign_waiting(server.account(server.firm.client)) == 0
    assert countersign_waiting(server.account(server.firm.clerk)) == 1
    assert not server.firm.store.is_provisional(person.kid)
    assert countersign_waiting(server.account(server.firm.clerk)) == 0


def test_a_file_is_replaced_only_by_a_whole_one(vault: OpenVault, server: Server, tmp_path: Path) -> None:
    put_all(vault, plan_put([folder_of(tmp_path / "a", neu=bytes(3 << 20)) / "neu"], ()))
    target = tmp_path / "out" / "neu"
    target.parent.mkdir()
    target.write_bytes(b"was there before")
    vault.sync()
    entity = vault.find(["neu"])
    assert entity is not None

    def no_payload(request: httpx.Request) -> None:
        if request.url.path.endswith("/payload"):
            raise httpx.ConnectError("no line")

    server.before = no_payload
    with pytest.raises(AgentError):
        get_file(vault, entity, target)
    assert target.read_bytes() == b"was there before"
    assert [path.name for path in target.parent.iterdir()] == ["neu"]
