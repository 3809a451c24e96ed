"""Keys that live a day, and the one that stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from siegel.lib.age import FileKey, HybridRecipient, NoMatch, open_header, seal_header
from siegel.scanner.errors import SetUpError
from siegel.scanner.keys import Keys, load_seed
from siegel.seals.derive import Seed
from siegel.seals.documents import ScannerKey, Verdict
from siegel.seals.ids import new_id
from siegel.seals.signed import Signed

HOUR_S = 3600


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


def _sealed_to(announced: Signed) -> tuple[FileKey, bytes]:
    file_key = FileKey.generate()
    return file_key, seal_header(file_key, [HybridRecipient.parse(ScannerKey.parse(announced).recipient)])


def test_the_announced_key_is_signed_for_the_firm_and_lives_a_day_at_most() -> None:
    clock, firm = Clock(), new_id()
    keys = Keys(Seed.generate(), clock)
    announced = keys.announcement(firm)
    ScannerKey.verify(announced, keys.public.signing_key)
    document = ScannerKey.parse(announced)
    assert (document.firm, document.scanner) == (firm, keys.public.kid)
    assert document.not_before <= clock.now
    assert document.not_after <= document.not_before + 24 * HOUR_S


def test_a_new_key_begins_in_time_and_the_old_one_is_accepted_until_it_expires() -> None:
    clock, firm = Clock(), new_id()
    keys = Keys(Seed.generate(), clock)
    file_key, header = _sealed_to(keys.announcement(firm))
    clock.now += 13 * HOUR_S
    _, new_header = _sealed_to(keys.announcement(firm))
    assert open_header(header, keys.identities()) == file_key
    clock.now += 11 * HOUR_S
    with pytest.raises(NoMatch):
        open_header(header, keys.identities())
    assert open_header(new_header, keys.identities())


def test_the_key_does_not_change_while_it_is_young() -> None:
    clock, firm = Clock(), new_id()
    keys = Keys(Seed.generate(), clock)
    first = keys.announcement(firm)
    clock.now += 11 * HOUR_S
    assert keys.announcement(firm).raw == first.raw


def test_a_clock_that_went_back_does_not_lengthen_a_keys_life() -> None:
    clock = Clock()
    keys = Keys(Seed.generate(), clock)
    clock.now -= 48 * HOUR_S
    assert ScannerKey.parse(keys.announcement(new_id())).not_after <= clock.now + 24 * HOUR_S


def test_another_scanners_keys_open_nothing() -> None:
    _, header = _sealed_to(Keys(Seed.generate()).announcement(new_id()))
    with pytest.raises(NoMatch):
        open_header(header, Keys(Seed.generate()).identities())


def test_a_verdict_is_signed_by_the_long_lived_key() -> None:
    clock = Clock()
    keys = Keys(Seed.generate(), clock)
    text = new_id() + new_id()[:21]
    signed = keys.sign_verdict(
        firm=new_id(),
        payload_hash=text[:42] + "A",
        commitment=text[:42] + "A",
        result="infected",
        reason="Some.Virus",
        engine="ClamAV 1",
        database="1",
    )
    Verdict.verify(signed, keys.public.signing_key)
    assert Verdict.parse(signed).scanned_at == clock.now


def test_the_long_lived_key_is_made_once_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "scanner.key"
    first = load_seed(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_seed(path) == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["scanner.key"]


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe", b"A" * 44])
def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scanner.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SetUpError, match="no key file"):
        load_seed(path)
    assert path.read_bytes() == content


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scanner.key"
    load_seed(path)
    path.chmod(0o640)
    with pytest.raises(SetUpError, match="read by others"):
        load_seed(path)


def test_no_representation_shows_a_secret() -> None:
    seed = Seed.generate()
    assert repr(seed) == "<secret>"
    keys = Keys(seed)
    assert "SECRET" not in repr(vars(keys))
