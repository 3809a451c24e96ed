"""A server that lies to who writes: about the scanner, its verdicts, who belongs, and whether an epoch is due.

Nothing secret leaves the client before the lie is noticed. Each test names in its docstring the check it proves.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.agent import scans
from siegel.agent.errors import AgentError
from siegel.agent.opened import open_by_id
from siegel.lib.age import HybridIdentity
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Epoch, ScannerKey
from siegel.seals.epochs import open_wrap
from siegel.seals.records import EpochChange, Record, VersionChange
from siegel.seals.scanning import announce_scanner_key
from siegel.seals.signed import Signed
from tests.attacks.hostile import Device, HostileServer, refusal
from tests.attacks.recording import Json, put_files

DeviceOf = Callable[[str], Device]
DAY = 24 * 3600


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "Brief.txt"
    path.write_bytes(b"Nur fuer die Kanzlei")
    return path


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "SCAN_PAUSE_S", 0)


def put_into(device: Device, server: HostileServer, document: Path, vault: str = "") -> list[str]:
    opened = device.open(server, vault or device.honest.books)
    return [outcome.code for outcome in put_files(opened, (), document)]


def test_an_honest_server_gets_what_it_needs_and_no_more(client: Device, document: Path) -> None:
    """Without this, every refusal below could have another reason."""
    server = client.server()
    assert put_into(client, server, document) == ["stored"]
    paths = [path for path, _ in server.sent]
    books = f"vaults/{client.honest.books}"
    assert paths == ["sign-in/challenge", "sign-in/key", "uploads/small", f"{books}/check", f"{books}/commit"]
    for _, body in server.sent:
        assert document.read_bytes() not in (body if isinstance(body, bytes) else str(body).encode())
        assert document.name not in str(body)


# The scanner's key


def announced(server: HostileServer, **more: object) -> ScannerKey:
    key = ScannerKey.parse(Signed.from_wire(server.answers["scanner-key"]["doc"]))
    return replace(key, recipient=HybridIdentity.generate().recipient().encode(), **more)  # type: ignore[arg-type]


def refused_before_the_scan(device: Device, server: HostileServer, document: Path, signed: Signed) -> str:
    server.answers["scanner-key"]["doc"] = signed.to_wire()
    code = refusal(lambda: put_into(device, server, document))
    assert not server.posted("/check")
    assert not server.posted("/commit")
    return code


def test_the_key_of_a_scanner_nobody_certified_is_refused(client: Device, document: Path) -> None:
    """Proves `scanner_unknown`: the header for the scan is sealed to nobody else."""
    server, seed = client.server(), Seed.generate()
    recipient = HybridIdentity.generate().recipient().encode()
    signed = announce_scanner_key(seed, client.honest.firm, recipient, now=int(time.time()))
    assert refused_before_the_scan(client, server, document, signed) == "scanner_unknown"


@pytest.mark.parametrize("who", ["inhaberin", "wulff", "leserin"])
def test_a_person_does_not_pass_for_a_scanner(client: Device, document: Path, who: str) -> None:
    """Proves that the certificate's kind is looked at."""
    server, seed = client.server(), client.honest.key_files[who].seed
    signed = replace(announced(server), scanner=seed.public_keys().kid).sign(seed)
    assert refused_before_the_scan(client, server, document, signed) == "scanner_unknown"


def test_a_recipient_the_scanner_did_not_sign_is_refused(client: Device, document: Path) -> None:
    """Proves the signature of scanner keys."""
    server = client.server()
    signed = announced(server).sign(Seed.generate())
    assert refused_before_the_scan(client, server, document, signed) == "signature_invalid"


def test_a_scanner_key_of_another_firm_is_refused(client: Device, document: Path) -> None:
    """Proves `scanner_key_firm`: one scanner serves many firms, each with a signature of its own."""
    server = client.server()
    signed = announced(server, firm=b64(bytes(16))).sign(client.honest.scanner)
    assert refused_before_the_scan(client, server, document, signed) == "scanner_key_firm"


@pytest.mark.parametrize(("begins", "ends"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["yesterday", "tomorrow"])
def test_a_scanner_key_that_is_not_valid_now_is_refused(client: Device, document: Path, begins: int, ends: int) -> None:
    """Proves `scanner_key_expired`: a key that leaked yesterday is worth nothing today."""
    server, now = client.server(), int(time.time())
    signed = announced(server, not_before=now + begins, not_after=now + ends).sign(client.honest.scanner)
    assert refused_before_the_scan(client, server, document, signed) == "scanner_key_expired"


def test_a_scanner_key_that_lives_longer_than_a_day_is_refused(
    client: Device, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves the rule on its life in `ScannerKey`, though the scanner itself signed it."""
    server, now = client.server(), int(time.time())
    key = announced(server, not_before=now - 300, not_after=now - 300 + DAY + 1)
    with monkeypatch.context() as scanner_gone_wrong:
        scanner_gone_wrong.setattr("siegel.seals.documents.SCANNER_KEY_LIFE_S", 2 * DAY)
        signed = key.sign(client.honest.scanner)
    assert refused_before_the_scan(client, server, document, signed) == "document_invalid"


# The scanner's word


def rule_for_check(server: HostileServer, answer: Callable[[Json], Json]) -> None:
    place = f"vaults/{server.honest.books}/check"
    server.rules[place] = lambda body: {"results": [answer(one) for one in body["uploads"]]}


def test_the_servers_own_word_clears_nothing(client: Device, document: Path) -> None:
    """Proves that without a verdict nothing is committed, whatever the server says."""
    server = client.server()
    rule_for_check(server, lambda one: {"upload": one["upload"], "verdict": None, "code": None, "message": None})
    assert put_into(client, server, document) == ["None"]
    assert not server.posted("/commit")


def test_an_infected_file_called_clean_is_not_committed(client: Device, document: Path) -> None:
    """Proves that the signed result decides, not the server's code."""
    server = client.server()
    rule_for_check(server, lambda one: server.judged(one, result="infected", reason="Eicar"))
    assert put_into(client, server, document) != ["stored"]
    assert not server.posted("/commit")


@pytest.mark.parametrize("field", ["payload_hash", "commitment", "firm"])
def test_a_verdict_about_another_upload_is_refused(client: Device, document: Path, field: str) -> None:
    """Proves `verdict_mismatch` for authors."""
    server = client.server()
    rule_for_check(server, lambda one: server.judged(one, **{field: b64(bytes(16 if field == "firm" else 32))}))
    assert refusal(lambda: put_into(client, server, document)) == "verdict_mismatch"
    assert not server.posted("/commit")


def test_a_forged_verdict_is_refused(client: Device, document: Path) -> None:
    """Proves `scanner_unknown` for authors."""
    server = client.server()
    rule_for_check(server, lambda one: HostileServer.judged(_with_scanner(server, Seed.generate()), one))
    assert refusal(lambda: put_into(client, server, document)) == "scanner_unknown"
    assert not server.posted("/commit")


def _with_scanner(server: HostileServer, seed: Seed) -> HostileServer:
    other = HostileServer(server.honest, "harms")
    other.honest = replace(server.honest, scanner=seed)
    return other


def test_an_answer_about_other_uploads_is_refused(client: Device, document: Path) -> None:
    """Proves that results are matched by upload: one that is missing clears nothing."""
    server = client.server()
    server.rules[f"vaults/{client.honest.books}/check"] = lambda body: {"results": []}
    assert refusal(lambda: put_into(client, server, document)) == "answer_invalid"
    assert not server.posted("/commit")


# Who belongs


def test_a_suppressed_rotation_is_done_nevertheless(device_of: DeviceOf, document: Path) -> None:
    """Proves `rotation_due` in clients: a letter was redeemed, and the server says that nothing is due."""
    owner = device_of("inhaberin")
    server = owner.server()
    server.news(owner.honest.taxes)["due"] = False
    assert put_into(owner, server, document, owner.honest.taxes) == ["stored"]
    [rotation] = server.posted("/records")
    [commit] = server.posted("/commit")
    assert isinstance(Record.parse(Signed.from_wire(rotation["record"])).changes[0], EpochChange)
    assert isinstance(Record.parse(Signed.from_wire(commit["record"])).changes[0], VersionChange)


def test_a_new_epoch_is_wrapped_for_the_certified_members_and_nobody_else(device_of: DeviceOf, document: Path) -> None:
    """Proves that wraps go to certified keys: each wrap opens for its member to the seed the epoch signs."""
    owner = device_of("inhaberin")
    server, honest = owner.server(), owner.honest
    put_into(owner, server, document, honest.taxes)
    [rotation] = server.posted("/records")
    epoch = Epoch.parse(Signed.from_wire(rotation["epoch"]))
    seeds = {one.seed.public_keys().kid: one.seed for one in honest.key_files.values()}
    assert honest.set_up.recovery_seed is not None
    seeds[honest.set_up.recovery_seed.public_keys().kid] = honest.set_up.recovery_seed
    members = [honest.key_files[name].seed for name in ("inhaberin", "wulff", "oltmanns")]
    members.append(honest.set_up.recovery_seed)
    assert {wrap["key"] for wrap in rotation["wraps"]} == {seed.public_keys().kid for seed in members}
    for wrap in rotation["wraps"]:
        open_wrap(unb64(wrap["age"]), seeds[wrap["key"]].identity(), epoch)


def test_a_key_slipped_under_a_member_gets_no_wrap(device_of: DeviceOf, document: Path) -> None:
    """Proves that certificates that come with the news are verified before anything is sealed to their keys."""
    owner = device_of("inhaberin")
    server = owner.server()
    account = owner.account(server)
    news = server.news(owner.honest.taxes)
    for entry in news["certificates"]:
        certificate = Certificate.parse(Signed.from_wire(entry["doc"]))
        if certificate.kind == "client":
            stranger = Seed.generate().public_keys()
            forged = replace(certificate, recipient=stranger.recipient)
            entry["doc"] = {"bytes": b64(forged.encode()), "sig": entry["doc"]["sig"]}
    server.answers["keys/certificates"]["certificates"] = []
    assert refusal(lambda: open_by_id(account, owner.home, owner.honest.taxes)) == "signature_invalid"
    assert not server.posted("/records")


def test_a_server_that_is_never_satisfied_is_left_after_some_attempts(client: Device, document: Path) -> None:
    """Proves that a server cannot keep a client signing for ever."""
    server, vault = client.server(), client.honest.books
    news = server.news(vault)

    def insist(body: Json) -> Json:
        answer = server.accept(vault, body)
        news["due"] = True
        return answer

    news["due"] = True
    server.rules[f"vaults/{vault}/records"] = insist
    with pytest.raises(AgentError) as refused:
        put_into(client, server, document)
    assert refused.value.code == "too_busy"
    assert len(server.posted("/records")) <= 12
    assert not server.posted("/commit")
