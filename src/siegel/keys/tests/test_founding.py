import json
import secrets
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client as Browser

from siegel.accounts.models import Person
from siegel.base.audit import checkpoints
from siegel.base.models import AuditEntry
from siegel.base.tests.logs import notary
from siegel.firms import actions as firms
from siegel.keys.actions import founding
from siegel.keys.tests.island import Island, Json, RefusedError, found, post
from siegel.keys.tests.island import founding as prepare
from siegel.keys.tests.scanner import ScannerDouble
from siegel.seals.canonical import b64
from siegel.seals.derive import Seed
from siegel.seals.log_keys import standing_of


@pytest.fixture
def prepared(db: None, scanner: ScannerDouble) -> tuple[Island, Json]:
    """An owner's browser just before its last step, and what it will send."""
    _, token = firms.create_firm(slug="muster", name="Kanzlei Muster")
    return prepare(token, "muster", Browser())


def test_an_owner_who_founded_the_firm_is_signed_in_and_sees_its_five_certificates(owner: Island) -> None:
    session = owner.get("session")
    assert session["person"] == {
        "id": owner.person,
        "username": "inhaberin",
        "name": "Henrike Lindhorst",
        "role": "owner",
        "kid": owner.kid,
    }
    assert session["firm"]["root"] == owner.root
    store = owner.store()
    assert {known.certificate.kind for known in store} == {"root", "recovery", "owner", "scanner", "service"}
    leaves = [json.loads(bytes(entry.leaf)) for entry in AuditEntry.objects.all()]
    [founded] = [leaf for leaf in leaves if leaf["kind"] == "keys.firm_founded"]
    assert set(founded["about"]["certificates"]) == {known.hash for known in store}


def test_a_set_up_link_founds_one_firm_only(prepared: tuple[Island, Json]) -> None:
    island, body = prepared
    post(island.browser, "set-up", body)
    with pytest.raises(RefusedError) as refused:
        post(Browser(), "set-up", body)
    assert (refused.value.status, refused.value.code) == (410, "set_up_link_invalid")
    assert Person.objects.count() == 1


@pytest.mark.parametrize("place", [3, 4])
def test_a_machine_that_is_not_the_servers_own_is_not_certified(prepared: tuple[Island, Json], place: int) -> None:
    island, body = prepared
    _, other_token = firms.create_firm(slug="andere", name="Andere")
    foreign = Seed.generate().public_keys(signs_only=True).signing_key or ""
    name = ("scanner_key", "service_key")[place - 3]
    forged = prepare(other_token, "andere", Browser(), **{name: foreign})[1]
    with pytest.raises(RefusedError) as refused:
        post(Browser(), "set-up", forged)
    assert refused.value.code == "document_refused"
    assert not Person.objects.exists()
    post(island.browser, "set-up", body)


def test_the_logs_key_is_certified_at_the_set_up_where_it_is_known(
    db: None, scanner: ScannerDouble, tmp_path: Path
) -> None:
    with notary(tmp_path):
        owner = found("muster")
        checkpoints.sign_head(owner.firm)
        key = checkpoints.signing_key(owner.firm)
        assert key is not None
        assert standing_of(owner.store(), owner.firm, key) == "certified"
        assert checkpoints.log_of(owner.firm).vkey == key.encode()


def test_a_key_that_does_not_sign_the_log_is_not_certified_for_it(
    db: None, scanner: ScannerDouble, tmp_path: Path
) -> None:
    foreign = Seed.generate().public_keys(signs_only=True).signing_key or ""
    _, token = firms.create_firm(slug="muster", name="Muster")
    with notary(tmp_path):
        forged = prepare(token, "muster", Browser(), log_key=foreign)[1]
        with pytest.raises(RefusedError) as refused:
            post(Browser(), "set-up", forged)
        assert "set_up_log" in refused.value.message
        island, body = prepare(token, "muster", Browser())
        scanners, servers, logs = body["certificates"][3:]
        body["certificates"][3:] = [scanners, logs, servers]
        with pytest.raises(RefusedError) as refused:
            post(island.browser, "set-up", body)
        assert refused.value.code == "document_refused"
    assert not Person.objects.exists()


@pytest.mark.parametrize("swap", [(0, 1), (1, 2), (3, 4)])
def test_certificates_in_another_order_found_nothing(prepared: tuple[Island, Json], swap: tuple[int, int]) -> None:
    island, body = prepared
    listed = body["certificates"]
    first, second = swap
    listed[first], listed[second] = listed[second], listed[first]
    with pytest.raises(RefusedError) as refused:
        post(island.browser, "set-up", body)
    assert refused.value.code == "document_refused"
    assert not Person.objects.exists()


@pytest.mark.parametrize("place", range(5))
def test_an_altered_certificate_founds_nothing(prepared: tuple[Island, Json], place: int) -> None:
    island, body = prepared
    sig = bytearray(secrets.token_bytes(8))
    body["certificates"][place]["sig"] = b64(bytes(sig))
    with pytest.raises(RefusedError) as refused:
        post(island.browser, "set-up", body)
    assert refused.value.code == "document_refused"
    assert not Person.objects.exists()


def test_an_owner_certified_under_another_id_founds_nothing(prepared: tuple[Island, Json]) -> None:
    island, body = prepared
    body["person"] = b64(secrets.token_bytes(16))
    with pytest.raises(RefusedError) as refused:
        post(island.browser, "set-up", body)
    assert "set_up_owner" in refused.value.message


def test_a_raw_password_is_not_part_of_any_message(prepared: tuple[Island, Json]) -> None:
    island, body = prepared
    with pytest.raises(RefusedError) as refused:
        post(island.browser, "set-up", body | {"password": "ein sehr langes Passwort"})
    assert (refused.value.status, refused.value.code) == (400, "bad_request")


def test_without_the_scanner_process_no_firm_is_founded(db: None) -> None:
    with pytest.raises(RefusedError) as refused:
        found("muster")
    assert (refused.value.status, refused.value.code) == (503, "no_scanner")


def test_an_oversized_unlock_wrap_is_refused(prepared: tuple[Island, Json]) -> None:
    island, body = prepared
    with pytest.raises(RefusedError) as refused:
        post(island.browser, "set-up", body | {"unlock": b64(bytes(5000))})
    assert "unlock_size" in refused.value.message


def test_the_service_key_stays_the_same_and_only_its_owner_reads_the_file(owner: Island) -> None:
    from django.conf import settings

    assert founding.service_key() == founding.service_key()
    path = settings.KEY_DIR / "service.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        founding.service_key()
    path.chmod(0o600)
