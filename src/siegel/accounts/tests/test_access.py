"""Mein Zugang: my sessions, ending them, and the end of all access."""

import secrets

from django.conf import settings
from django.test import Client as Browser

from siegel.accounts import actions, passwords, rules
from siegel.accounts.models import Credential, Person, SignedInSession
from siegel.accounts.tests.people import SignIn
from siegel.base.queries import audit_lines

FORM = "application/x-www-form-urlencoded"
KEPT_S = 30 * 24 * 3600


def opened(person: Person, device: str = "Firefox, Linux", *, kept: bool = False) -> actions.OpenedSession:
    return actions.start_session(
        person=person, idle_s=900, method="password", address="192.0.2.1", device=device, kept=kept
    )


def page(browser: Browser) -> str:
    answer = browser.get("/mein-zugang")
    assert answer.status_code == 200
    return answer.content.decode()


def kinds(person: Person) -> list[str]:
    return [line.kind for line in audit_lines(person.tenant, limit=50)]


def test_the_page_shows_who_and_where_and_marks_this_device(owner: Person, clerk: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    opened(owner, "Safari, iPhone")
    opened(owner, "siegel")
    opened(clerk, "Edge, Windows")
    shown = page(browser)
    for text in ("Henrike Lindhorst", "inhaberin@muster", "Safari, iPhone", "siegel-Programm", "Dieses Gerät"):
        assert text in shown
    assert "Edge, Windows" not in shown


def test_sessions_that_are_over_are_not_shown(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    over = opened(owner, "Safari, iPhone").session
    over.last_seen_at -= rules.SESSION_LIFE
    over.save()
    assert "Safari, iPhone" not in page(browser)


def test_ending_one_session_deletes_its_half_and_leaves_the_others(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    one, other = opened(owner).session, opened(owner).session
    answer = browser.post("/mein-zugang/sitzungen/beenden", f"session={one.pk}", content_type=FORM)
    assert answer["Location"] == "/mein-zugang?beendet=1"
    assert not SignedInSession.objects.filter(pk=one.pk).exists()
    assert SignedInSession.objects.filter(pk=other.pk).exists()
    assert "Beendet." in browser.get(answer["Location"]).content.decode()
    assert kinds(owner)[0] == "accounts.sessions_ended"


def test_all_others_are_ended_but_neither_this_one_nor_somebody_else_s(
    owner: Person, clerk: Person, sign_in: SignIn
) -> None:
    browser = sign_in(owner)
    theirs = opened(clerk).session
    opened(owner)
    opened(owner)
    browser.post("/mein-zugang/sitzungen/beenden", "session=others", content_type=FORM)
    assert SignedInSession.objects.filter(person=owner).count() == 1
    assert SignedInSession.objects.filter(pk=theirs.pk).exists()
    assert "Sie sind nur hier angemeldet" in page(browser)


def test_somebody_else_s_session_and_one_s_own_cannot_be_ended_by_number(
    owner: Person, clerk: Person, sign_in: SignIn
) -> None:
    browser = sign_in(owner)
    own = SignedInSession.objects.get()
    for session in (opened(clerk).session, own):
        browser.post("/mein-zugang/sitzungen/beenden", f"session={session.pk}", content_type=FORM)
        assert SignedInSession.objects.filter(pk=session.pk).exists()
    for nothing in ("session=-1", "session=", ""):
        assert browser.post("/mein-zugang/sitzungen/beenden", nothing, content_type=FORM).status_code == 404


def test_a_kept_session_lives_thirty_days_without_use(owner: Person) -> None:
    session = opened(owner, kept=True).session
    assert session.idle_s == KEPT_S
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = opened(owner, kept=True).token
    assert "bleibt angemeldet" in page(browser)


def test_after_the_end_of_all_access_nothing_signs_in_any_more(owner: Person, sign_in: SignIn) -> None:
    browser = sign_in(owner)
    opened(owner, kept=True)
    actions.end_access(person=owner, by=None)
    assert browser.get("/mein-zugang").status_code == 302
    assert not SignedInSession.objects.filter(person=owner).exists()
    assert not Credential.objects.filter(person=owner).exists()
    assert kinds(owner)[0] == "accounts.access_ended"


def test_whose_access_was_ended_comes_back_with_new_credentials(owner: Person) -> None:
    before = owner.session_generation
    actions.end_access(person=owner, by=None)
    key = secrets.token_bytes(32)
    actions.set_credential(person=owner, s=secrets.token_bytes(32), auth_hash=passwords.hash_auth_key(key))
    assert opened(owner).session.generation == before + 2
