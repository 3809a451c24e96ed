"""An epoch that a writer spoiled: it hides what is in it, and the next writer repairs the vault."""

from pathlib import Path

import pytest

from siegel.agent.invite import _repair
from siegel.agent.opened import OpenVault, open_by_id
from siegel.agent.plan import plan_put
from siegel.agent.session import Home
from siegel.agent.tests.conftest import put_all
from siegel.agent.tests.server import Answer, Server, StoredVault, Wire
from siegel.agent.tests.spoiling import hand_down_rubbish, spoil
from siegel.seals.errors import IntegrityError
from siegel.seals.tests.people import Person


@pytest.fixture
def spoilt(server: Server, vault: OpenVault, stored: StoredVault, tmp_path: Path) -> OpenVault:
    """The vault with one file of epoch 1 and one of the spoilt epoch 2, as the client who spoiled it sees it."""
    put_one(vault, tmp_path, "vorher")
    spoil(server, stored)
    put_one(vault, tmp_path, "darin")
    vault.sync()
    return vault


def put_one(vault: OpenVault, folder: Path, name: str) -> None:
    (folder / name).write_bytes(name.encode())
    assert put_all(vault, plan_put([folder / name], ())) == {name: "stored"}


def forget_wraps_before(stored: StoredVault, epoch: int, person: Person) -> None:
    """As if the person had come with `epoch`."""
    for number in range(1, epoch):
        del stored.wraps[number, person.kid]


def opened_by(server: Server, person: Person, folder: Path, stored: StoredVault) -> OpenVault:
    return open_by_id(server.account(person), Home(folder / f"home of {person.id}"), stored.id)


def test_a_spoilt_epoch_hides_only_what_is_in_it(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    assert sorted(spoilt.children(stored.id)) == ["darin", "vorher"]
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    assert list(clerk.children(stored.id)) == ["vorher"]
    assert len(clerk.unreadable) == 1
    assert {epoch: error.code for epoch, error in clerk.opened.failed.items()} == {2: "wrap_foreign_seed"}


def test_the_next_writer_repairs_the_vault_for_everybody(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    put_one(opened_by(server, server.firm.clerk, tmp_path, stored), tmp_path, "danach")
    assert stored.state.position.now.epoch.epoch == 3
    for person, names in (
        (server.firm.owner, ["danach", "vorher"]),
        (server.firm.client, ["danach", "darin", "vorher"]),
    ):
        assert sorted(opened_by(server, person, tmp_path, stored).children(stored.id)) == names


def test_who_opens_an_epoch_that_nobody_else_does_hands_it_down_with_the_next(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    put_one(clerk, tmp_path, "danach")
    server.account(server.firm.client)
    put_one(spoilt, tmp_path, "weiter")
    assert stored.state.position.now.epoch.epoch == 4
    owner = opened_by(server, server.firm.owner, tmp_path, stored)
    assert sorted(owner.children(stored.id)) == ["danach", "darin", "vorher", "weiter"]
    put_one(owner, tmp_path, "zuletzt")
    assert stored.state.position.now.epoch.epoch == 4


def test_an_epoch_that_hands_down_rubbish_is_repaired_for_those_who_come_later(
    server: Server, vault: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    put_one(vault, tmp_path, "vorher")
    hand_down_rubbish(server, stored)
    forget_wraps_before(stored, 2, server.firm.owner)
    with pytest.raises(IntegrityError) as error:
        opened_by(server, server.firm.owner, tmp_path, stored)
    assert error.value.code == "wrap_missing"
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    assert clerk.is_spoilt
    put_one(clerk, tmp_path, "danach")
    assert (clerk.epoch, clerk.is_spoilt) == (3, False)
    assert sorted(opened_by(server, server.firm.owner, tmp_path, stored).children(stored.id)) == ["danach", "vorher"]


def test_before_somebody_is_invited_what_he_could_not_open_is_handed_down(
    server: Server, vault: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    hand_down_rubbish(server, stored)
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    _repair([clerk])
    assert (clerk.epoch, clerk.is_spoilt) == (3, False)


def test_a_server_that_alters_what_is_handed_down_causes_one_repair_for_each_write(
    server: Server, vault: OpenVault, stored: StoredVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_down_rubbish(server, stored)
    append, rubbish = server.append, stored.entries[-1]["previous_seed"]

    def spoiling(vault: StoredVault, body: Wire, manifests: tuple[Wire, ...] = ()) -> Answer:
        answer = append(vault, body, manifests)
        if "previous_seed" in stored.entries[-1]:
            stored.entries[-1]["previous_seed"] = rubbish
        return answer

    monkeypatch.setattr(server, "append", spoiling)
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    for epoch, name in ((3, "eins"), (4, "zwei")):
        put_one(clerk, tmp_path, name)
        assert (clerk.epoch, clerk.is_spoilt) == (epoch, True)


def test_a_seed_that_does_not_open_is_replaced_before_somebody_is_invited(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    _repair([clerk])
    assert (clerk.epoch, clerk.is_spoilt) == (3, False)
    _repair([clerk])
    assert clerk.epoch == 3


def test_who_opens_no_epoch_repairs_nothing(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path
) -> None:
    del stored.wraps[1, server.firm.clerk.kid]
    with pytest.raises(IntegrityError) as error:
        opened_by(server, server.firm.clerk, tmp_path, stored)
    assert error.value.code == "wrap_missing"
    assert stored.state.position.now.epoch.epoch == 2


def test_a_server_that_spoils_every_wrap_causes_one_repair_and_then_an_error(
    server: Server, spoilt: OpenVault, stored: StoredVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = opened_by(server, server.firm.clerk, tmp_path, stored)
    kid, rubbish = server.firm.clerk.kid, stored.wraps[2, server.firm.clerk.kid]
    append = server.append

    def spoiling(vault: StoredVault, body: Wire, manifests: tuple[Wire, ...] = ()) -> Answer:
        answer = append(vault, body, manifests)
        stored.wraps[3, kid] = rubbish
        return answer

    monkeypatch.setattr(server, "append", spoiling)
    (tmp_path / "x").write_bytes(b"x")
    with pytest.raises(IntegrityError) as error:
        put_all(clerk, plan_put([tmp_path / "x"], ()))
    assert error.value.code == "wrap_foreign_seed"
    assert stored.state.position.now.epoch.epoch == 3
