import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siegel.accounts import actions, rules
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Person
from siegel.base.errors import DomainError
from siegel.base.ids import new_id

CHROMIUM, KHTML = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
START = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("username", ["abc", "s.wulff", "10058-harms", "a" * 64, "max_muster"])
def test_a_user_name_that_any_keyboard_has_is_taken(username: str) -> None:
    rules.check_username(username)


@pytest.mark.parametrize(
    "username", ["", "ab", "a" * 65, "Wulff", "wülff", "a b", "a/b", ".abc", "abc\n", "\u0430bc", "ａｂｃ", "abc\u0000"]
)
def test_other_user_names_are_refused(username: str) -> None:
    with pytest.raises(AccountsError, match="username_invalid"):
        rules.check_username(username)


@pytest.mark.parametrize("name", ["", " A", "A\n", "A\u0000B", "a" * 201, "Ju\u0308rgen", "A\u2028B", "A\u202eB"])
def test_a_name_is_one_line_in_nfc(name: str) -> None:
    with pytest.raises(AccountsError, match="name_invalid"):
        rules.check_name(name)


def test_a_user_name_is_given_once_per_firm(owner: Person, stranger: Person) -> None:
    def add(person: Person) -> Person:
        return actions.add_person(
            tenant=person.tenant, person_id=new_id(), username="harms", name="Daniela Harms", by=person
        )

    add(owner)
    add(stranger)
    with pytest.raises(AccountsError) as refusal:
        add(owner)
    assert (refusal.value.code, refusal.value.status) == ("username_taken", 409)


def test_a_person_s_id_cannot_be_taken_over(owner: Person) -> None:
    with pytest.raises(AccountsError, match="username_taken"):
        actions.add_person(tenant=owner.tenant, person_id=owner.id, username="other", name="Other", by=None)
    owner.refresh_from_db()
    assert owner.username == "inhaberin"


def test_a_salt_part_of_another_length_is_refused(owner: Person) -> None:
    with pytest.raises(DomainError, match="bad_request"):
        actions.set_credential(person=owner, s=secrets.token_bytes(16), auth_hash="x")


def test_a_person_s_login_names_the_firm(owner: Person) -> None:
    assert owner.login == "muster/inhaberin"


@given(st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=40), st.booleans())
def test_a_source_is_locked_by_its_own_failures_or_by_all_together(failed: list[bytes], known_device: bool) -> None:
    locked = rules.is_locked(failed, b"a", known_device=known_device)
    own = failed.count(b"a") >= 3
    together = len(failed) >= 30 and not known_device
    assert locked == (own or together)


@given(st.integers(0, 8_000_000), st.integers(0, 50_000), st.integers(1, 5_000), st.booleans())
def test_a_session_is_over_by_idleness_or_age_and_not_before(seen_s: int, now_s: int, idle_s: int, kept: bool) -> None:
    now_s += seen_s
    over = rules.session_is_over(
        started_at=START,
        last_seen_at=START + timedelta(seconds=seen_s),
        idle_s=idle_s,
        kept=kept,
        now=START + timedelta(seconds=now_s),
    )
    assert over == (now_s - seen_s >= idle_s or now_s >= (90 * 24 if kept else 12) * 3600)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        (f"{CHROMIUM} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/142.0.0.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        (f"{CHROMIUM} (Linux; Android 15; Pixel 9) {KHTML} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (f"{CHROMIUM} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {KHTML} Version/18.1 Safari/604.1", "Safari, iPhone"),
        (f"{CHROMIUM} (Macintosh; Intel Mac OS X 10_15_7) {KHTML} Version/18.1 Safari/605.1.15", "Safari, macOS"),
        ("siegel", "siegel"),
        ("siegel (kanzlei-pc.local)", "siegel kanzlei-pc.local"),
        ("siegel (<b>pc</b>)", ""),
        ("curl/8.11 <script>siegel</script>", ""),
    ],
)
def test_a_device_is_called_by_browser_and_system(said: str, name: str) -> None:
    assert rules.device_name(said) == name
