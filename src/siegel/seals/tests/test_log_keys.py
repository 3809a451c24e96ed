"""Whose word it is that a key signs the firm's log."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.lib import tlog
from siegel.seals.canonical import b64
from siegel.seals.certificates import issue
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.log_keys import log_keys, log_subject, standing_of
from siegel.seals.tests.people import Firm, Person


def a_log_key() -> tlog.VerifierKey:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return tlog.VerifierKey("vault.example/log/x", tlog.ED25519, public)


def certify(firm: Firm, key: tlog.VerifierKey, subject: str | None = None) -> Person:
    keys, now = PublicKeys(b64(key.public_key), None), firm.now + firm.index
    subject = subject or log_subject(firm.id)
    signed = issue(firm.owner.seed, firm.owner.known, keys, kind="service", subject=subject, now=now)
    return firm.accept(signed, Seed.generate())


def test_a_log_key_is_certified_by_a_certificate_about_the_log_and_no_other() -> None:
    firm, key, server = Firm(), a_log_key(), a_log_key()
    assert standing_of(firm.store, firm.id, key) == "uncertified"
    certify(firm, server, subject=b64(bytes(16)))
    assert standing_of(firm.store, firm.id, server) == "uncertified"
    certify(firm, key)
    assert standing_of(firm.store, firm.id, key) == "certified"
    assert standing_of(firm.store, firm.id, server) == "other"
    assert standing_of(firm.store, b64(bytes(16)), key) == "uncertified"


def test_a_renewed_key_leaves_the_old_one_valid_until_it_is_taken_back() -> None:
    firm, old, new = Firm(), a_log_key(), a_log_key()
    before = certify(firm, old)
    certify(firm, new)
    assert [standing_of(firm.store, firm.id, key) for key in (old, new)] == ["certified"] * 2
    firm.revoke(firm.owner, before)
    assert [standing_of(firm.store, firm.id, key) for key in (old, new)] == ["revoked", "certified"]
    assert len(log_keys(firm.store, firm.id)) == 2
