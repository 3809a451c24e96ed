"""Passkeys over the API: an authenticator built of the parts of fido2, and all that can be wrong with what it says."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client as Browser
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData
from hypothesis import given
from hypothesis import strategies as st

from siegel.accounts import actions
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Passkey, Person
from siegel.accounts.passkeys import Registration, Site, verify_registration
from siegel.base.queries import audit_lines
from siegel.keys.models import UnlockWrap
from siegel.keys.tests.island import ORIGIN, Island, Json, found, invite, post, redemption
from siegel.keys.tests.test_access import by_key, by_password, new_password, refusal
from siegel.keys.tests.test_second_factor import Clock, add, clock
from siegel.seals.canonical import b64, unb64
from siegel.seals.unlock import passkey_method

__all__ = ["clock"]  # a fixture

HOST = "testserver"  # of the test client; the page is believed to stand at ORIGIN
UP, UV, AT = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A device with one passkey. What it is told to lie about it lies about."""

    origin: str = ORIGIN
    host: str = HOST
    flags: int = UP | UV
    count: int = 0
    kind: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def client_data(self, kind: str, nonce: str) -> bytes:
        said = {"type": self.kind or kind, "challenge": nonce, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def data(self, credential: bytes = b"") -> AuthenticatorData:
        flags = AuthenticatorData.FLAG(self.flags | (AT if credential else 0))
        digest = hashlib.sha256(self.host.encode()).digest()
        made: AuthenticatorData = AuthenticatorData.create(digest, flags, self.count, credential)
        return made

    def register(self, nonce: str) -> Json:
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid(bytes(16)), self.id, public)
        attestation = AttestationObject.create("none", self.data(credential), {})
        client_data = self.client_data("webauthn.create", nonce)
        parts = {"credential": self.id, "client_data": client_data, "attestation": bytes(attestation)}
        return {name: b64(part) for name, part in parts.items()}

    def use(self, nonce: str) -> Json:
        client_data = self.client_data("webauthn.get", nonce)
        data = bytes(self.data())
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        parts = {"credential": self.id, "client_data": client_data, "authenticator_data": data, "signature": signature}
        return {name: b64(part) for name, part in parts.items()}


def register(island: Island, device: Authenticator, **more: Any) -> Json:
    """Sets the passkey up; the body that did it."""
    nonce = island.post("account/challenge", {})["nonce"]
    body = {
        "proof": by_password(island),
        "nonce": nonce,
        "name": "Telefon",
        "unlock": b64(secrets.token_bytes(130)),
        **device.register(nonce),
        **more,
    }
    island.post("account/passkeys", body)
    return body


def sign_in(device: Authenticator, slug: str = "muster", **more: Any) -> Json:
    browser = Browser()
    nonce = post(browser, "sign-in/challenge", {"firm": slug})["nonce"]
    return post(browser, "sign-in/passkey", {"firm": slug, "nonce": nonce, **device.use(nonce), **more})


def test_a_passkey_signs_in_and_brings_the_seed_wrapped_for_it_alone(owner: Island) -> None:
    phone, key = Authenticator(), Authenticator()
    wraps = [register(owner, device)["unlock"] for device in (phone, key)]
    answers = [sign_in(device) for device in (phone, key)]
    assert [answer["unlock"] for answer in answers] == wraps
    assert answers[0]["person"]["id"] == owner.person
    methods = set(UnlockWrap.objects.values_list("method", flat=True))
    assert methods == {"password", passkey_method(phone.id), passkey_method(key.id)}


def test_a_passkey_is_two_factors(owner: Island, clock: Clock) -> None:
    device = Authenticator()
    register(owner, device)
    add(owner, clock)
    assert sign_in(device)["unlock"]


LIES: dict[str, dict[str, Any]] = {
    "another page": {"origin": "https://boese.example"},
    "another site": {"host": "boese.example"},
    "nobody there": {"flags": UV},
    "user not verified": {"flags": UP},
    "another ceremony": {"kind": "webauthn.other"},
}


@pytest.mark.parametrize("lie", LIES)
def test_what_an_authenticator_says_of_somewhere_else_neither_registers_nor_signs_in(owner: Island, lie: str) -> None:
    device = Authenticator()
    register(owner, device)
    before = vars(device).copy()
    for name, value in LIES[lie].items():
        setattr(device, name, value)
    assert refusal(lambda: sign_in(device)) == (401, "passkey_refused")
    device.id = secrets.token_bytes(16)
    assert refusal(lambda: register(owner, device)) == (401, "passkey_refused")
    vars(device).update(before)
    assert sign_in(device)["unlock"]


def test_a_signature_by_another_key_is_refused(owner: Island) -> None:
    device = Authenticator()
    register(owner, device)
    thief = Authenticator(id=device.id)
    assert refusal(lambda: sign_in(thief)) == (401, "passkey_refused")


def test_a_signature_is_good_for_its_own_nonce_and_once(owner: Island) -> None:
    device = Authenticator()
    register(owner, device)
    browser = Browser()
    first, second = (post(browser, "sign-in/challenge", {"firm": "muster"})["nonce"] for _ in range(2))
    body = {"firm": "muster", "nonce": first, **device.use(first)}
    other = {**body, "nonce": second}
    assert refusal(lambda: post(browser, "sign-in/passkey", other)) == (401, "passkey_refused")
    post(browser, "sign-in/passkey", body)
    assert refusal(lambda: post(browser, "sign-in/passkey", body)) == (401, "nonce_refused")


@pytest.mark.parametrize("part", ["client_data", "authenticator_data", "signature", "credential"])
def test_whatever_is_altered_or_nonsense_is_refused_politely(owner: Island, part: str) -> None:
    device = Authenticator()
    register(owner, device)
    raw = unb64(device.use("x")[part])
    flipped = b64(bytes([raw[0] ^ 1]) + raw[1:])
    for value in (flipped, b64(b""), b64(b"{}"), b64(bytes(500)), b64(raw[:-1])):
        assert refusal(partial(sign_in, device, **{part: value})) == (401, "passkey_refused")


def test_an_attestation_of_nonsense_is_refused_politely(owner: Island) -> None:
    for value in (b"", b"\xa0", b"\xff" * 40, b"{}", bytes(4000), b"\x81" * 5000):
        answer = refusal(lambda value=value: register(owner, Authenticator(), attestation=b64(value)))  # type: ignore[misc]
        assert answer == (401, "passkey_refused")
    device = Authenticator()
    assert refusal(lambda: register(owner, device, credential=b64(bytes(16)))) == (401, "passkey_refused")


def test_a_counter_that_goes_back_is_a_copy_of_the_device(owner: Island) -> None:
    device = Authenticator(count=5)
    register(owner, device)
    device.count = 6
    sign_in(device)
    for count in (6, 5, 0):
        device.count = count
        assert refusal(lambda: sign_in(device)) == (401, "passkey_refused")
    device.count = 7
    assert sign_in(device)["unlock"]


def test_a_passkey_of_another_firm_or_of_a_blocked_person_is_unknown(owner: Island) -> None:
    found("andere")
    device = Authenticator()
    register(owner, device)
    assert refusal(lambda: sign_in(device, "andere")) == (401, "passkey_refused")
    Person.objects.filter(pk=owner.person).update(state=Person.State.BLOCKED)
    assert refusal(lambda: sign_in(device)) == (401, "passkey_refused")


def test_setting_up_needs_a_proof_and_one_s_own_nonce(owner: Island) -> None:
    device, other = Authenticator(), found("andere")
    wrong = {"auth_key": b64(bytes(32))}
    assert refusal(lambda: register(owner, device, proof=wrong)) == (401, "sign_in_refused")
    nonce = other.post("account/challenge", {})["nonce"]
    foreign = {"nonce": nonce, **device.register(nonce)}
    assert refusal(lambda: register(owner, device, **foreign)) == (401, "nonce_refused")
    register(owner, device, proof=by_key(owner))
    assert refusal(lambda: register(owner, device)) == (409, "passkey_there")


@pytest.mark.parametrize("name", ["", " Telefon", "a\nb", "x" * 61])
def test_a_name_is_one_line(owner: Island, name: str) -> None:
    assert refusal(lambda: register(owner, Authenticator(), name=name))[0] == 400


def test_a_passkey_without_its_wrap_is_not_kept(owner: Island) -> None:
    for unlock in (b"", bytes(5000)):
        wrap = b64(unlock)
        assert refusal(lambda wrap=wrap: register(owner, Authenticator(), unlock=wrap))[0] == 400  # type: ignore[misc]
    assert not Passkey.objects.exists()


def test_a_removed_passkey_opens_nothing_and_nobody_removes_another_s(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    device = Authenticator()
    register(owner, device)
    passkey = Passkey.objects.get()
    assert refusal(lambda: clerk.post(f"account/passkeys/{passkey.pk}/remove", {})) == (404, "not_found")
    owner.post(f"account/passkeys/{passkey.pk}/remove", {})
    assert refusal(lambda: sign_in(device)) == (401, "passkey_refused")
    assert not UnlockWrap.objects.filter(method__startswith="passkey").exists()
    tenant = Person.objects.get(pk=owner.person).tenant
    kinds = [line.kind for line in audit_lines(tenant, limit=20)]
    assert kinds[:2] == ["accounts.sign_in_failed", "accounts.passkey_removed"]
    assert "accounts.passkey_added" in kinds


def test_a_new_password_leaves_passkeys_as_they_are(owner: Island) -> None:
    device = Authenticator()
    wrap = register(owner, device)["unlock"]
    _, body = new_password()
    owner.post("account/password", {"proof": by_password(owner), **body})
    assert sign_in(device)["unlock"] == wrap


def test_the_end_of_all_access_ends_passkeys(owner: Island) -> None:
    device = Authenticator()
    register(owner, device)
    actions.end_access(person=Person.objects.get(pk=owner.person), by=None)
    assert refusal(lambda: sign_in(device)) == (401, "passkey_refused")


def test_a_passkey_is_offered_once_at_the_second_sign_in_to_whoever_has_none(owner: Island) -> None:
    assert [owner.sign_in()["offer_passkey"] for _ in range(3)] == [True, False, False]
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    register(clerk, Authenticator())
    assert clerk.sign_in()["offer_passkey"] is False


@given(st.binary(max_size=200), st.binary(max_size=400))
def test_bytes_of_strangers_are_refused_and_nothing_else(client_data: bytes, attestation: bytes) -> None:
    made = Registration(b"x", client_data, attestation)
    with pytest.raises(AccountsError, match="passkey_refused"):
        verify_registration(Site(HOST, frozenset({ORIGIN})), bytes(32), made)


@given(st.binary(max_size=300))
def test_an_attestation_with_any_authenticator_data_is_refused_or_holds(data: bytes) -> None:
    client_data = Authenticator().client_data("webauthn.create", b64(bytes(32)))
    attestation = cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})
    with pytest.raises(AccountsError, match="passkey_refused"):
        verify_registration(Site(HOST, frozenset({ORIGIN})), bytes(32), Registration(b"x", client_data, attestation))


@pytest.mark.parametrize("shown", ["Telefon", 'data-passkey="'])
def test_the_page_lists_them(owner: Island, shown: str) -> None:
    register(owner, Authenticator())
    assert shown in owner.browser.get("/mein-zugang").content.decode()
