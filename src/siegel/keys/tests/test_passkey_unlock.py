"""A passkey opens the key again in a session that goes on: its own person's, with a nonce for that alone."""

from django.test import Client as Browser

from siegel.keys.tests.island import Island, Json, invite, post, redemption
from siegel.keys.tests.test_access import refusal
from siegel.keys.tests.test_passkeys import Authenticator, register


def nonce_of(island: Island) -> str:
    return str(island.post("session/unlock/challenge", {})["nonce"])


def unlocked(island: Island, device: Authenticator, nonce: str) -> Json:
    return island.post("session/unlock/passkey", {"nonce": nonce, **device.use(nonce)})


def test_a_passkey_brings_the_seed_wrapped_for_it(owner: Island) -> None:
    device = Authenticator()
    wrap = register(owner, device)["unlock"]
    offer = owner.post("session/unlock/challenge", {})
    assert len(offer["credentials"]) == 1
    assert unlocked(owner, device, offer["nonce"]) == {"unlock": wrap}
    assert refusal(lambda: unlocked(owner, device, offer["nonce"])) == (401, "nonce_refused")


def test_a_colleagues_passkey_opens_nothing_here(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    mine, theirs = Authenticator(), Authenticator()
    register(owner, mine)
    register(clerk, theirs)
    assert refusal(lambda: unlocked(owner, theirs, nonce_of(owner))) == (401, "passkey_refused")
    assert refusal(lambda: unlocked(owner, mine, nonce_of(clerk))) == (401, "nonce_refused")


def test_an_assertion_for_signing_in_unlocks_nothing_and_the_other_way_round(owner: Island) -> None:
    device = Authenticator()
    register(owner, device)
    for_sign_in = str(post(Browser(), "sign-in/challenge", {"firm": "muster"})["nonce"])
    assert refusal(lambda: unlocked(owner, device, for_sign_in)) == (401, "nonce_refused")
    here = nonce_of(owner)
    body = {"firm": "muster", "nonce": here, **device.use(here)}
    assert refusal(lambda: post(Browser(), "sign-in/passkey", body)) == (401, "nonce_refused")


def test_without_a_session_there_is_nothing_to_unlock(owner: Island) -> None:
    register(owner, Authenticator())
    assert refusal(lambda: post(Browser(), "session/unlock/challenge", {}))[0] in (401, 403)
