"""What the firm's people see of a log that began anew after a restore."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.audit import tree, verification
from siegel.base.audit.beginnings import begin_anew, examined
from siegel.base.models import Tenant
from siegel.base.tests.backups import Backup, Outsider
from siegel.base.tests.logs import Attacker, grow, notary
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.log_origins import Beginning, compare, passed


@pytest.fixture
def log(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


def restored(log: Tenant) -> Outsider:
    """Four entries are lost; who saw two of them."""
    backup = Backup(Attacker(log))
    grow(log, 2)
    outsider = Outsider.of(log)
    grow(log, 2)
    backup.restore()
    begin_anew(log, examined(log.pk))
    verification.check(log.pk)
    return outsider


def test_start_page_and_log_say_how_many_entries_are_lost_and_when_they_were_made(
    log: Tenant, clerk: Person, sign_in: SignIn
) -> None:
    browser = sign_in(clerk)
    grow(log)
    size = tree.size_of(log.pk)
    restored(log)
    for place in ("/", "/protokoll"):
        page = browser.get(place).content.decode()
        assert "Protokoll hat eine Lücke" in page
        assert "lückenlos" not in page
        assert f"Bis zu 4 Einträge ab Nr. {size + 1} fehlen für immer." in page
        assert "Sie entstanden zwischen" in page
    assert "Protokoll nach Wiederherstellung neu begonnen" in browser.get("/protokoll").content.decode()


def test_programs_get_all_that_they_need_to_follow_the_log(log: Tenant, clerk: Person, sign_in: SignIn) -> None:
    browser = sign_in(clerk)
    grow(log)
    kept, outsider = tree.size_of(log.pk), restored(log)
    answer = browser.get(f"/api/audit/checkpoint?since={outsider.head.size}").json()
    begun = passed(outsider.key, map(Beginning.from_wire, answer["begun"]))
    assert begun[-1].key.encode() == answer["key"]
    newest = tlog.open_checkpoint(tlog.Note.parse(answer["checkpoint"].encode()), begun[-1].key).checkpoint
    said = [one for each in begun if (one := each.statement(newest))]
    loss = compare(outsider.head, newest, [unb64(text) for text in answer["proof"]], said)
    assert loss is not None
    assert (loss.lost, loss.kept, loss.is_hidden) == (2, kept, False)
