"""Timestamps on the log: a real service, one that lies, and one that is not there."""

import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from siegel.base import timestamps
from siegel.base.audit import checkpoints, export, stamping, verification
from siegel.base.models import AuditCheckpoint, AuditStamping, AuditTimestamp, Tenant
from siegel.base.tests import tsa
from siegel.base.tests.logs import grow, notary
from siegel.base.timestamps import TimestampError

TEXT = b"the head of a log\n"
REPLY = "application/timestamp-reply"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.authority(tmp_path_factory.mktemp("tsa") / "honest")


@pytest.fixture
def service(honest: tsa.Authority) -> Iterator[tsa.Service]:
    with tsa.serving(tsa.stamping(honest)) as running:
        yield running


@pytest.fixture
def log(
    firm: Tenant, tmp_path: Path, settings: Settings, service: tsa.Service, honest: tsa.Authority
) -> Iterator[Tenant]:
    settings.TSA, settings.TSA_CA_FILE = service.at(honest.ca_file), honest.ca_file
    with notary(tmp_path / "notary"):
        grow(firm, 3)
        yield firm


def refused(running: tsa.Service, ca_file: Path) -> str:
    with pytest.raises(TimestampError) as caught:
        timestamps.ask(running.at(ca_file), TEXT)
    return caught.value.code


def test_a_stamp_is_verified_with_our_own_and_with_stock_tools(
    service: tsa.Service, honest: tsa.Authority, tmp_path: Path
) -> None:
    stamp = timestamps.ask(service.at(honest.ca_file), TEXT)
    assert abs(stamp.at - time.time()) < 60
    assert timestamps.verify(stamp.answer, TEXT, honest.ca_file) == stamp.at
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "answer").write_bytes(stamp.answer)
    command = ["openssl", "ts", "-verify", "-data", "text", "-in", "answer", "-CAfile", str(honest.ca_file)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0


def test_the_answer_to_another_question_is_refused(service: tsa.Service, honest: tsa.Authority) -> None:
    old = timestamps.ask(service.at(honest.ca_file), TEXT).answer
    service.answer = lambda _query: (REPLY, old)
    assert refused(service, honest.ca_file) == "nonce"


def test_a_stamp_on_another_text_is_refused(service: tsa.Service, honest: tsa.Authority) -> None:
    other = sha256(b"another text").digest()
    service.answer = lambda query: (REPLY, honest.reply(query.replace(sha256(TEXT).digest(), other)))
    assert refused(service, honest.ca_file) == "imprint"


def test_a_certificate_that_ran_out_is_refused(service: tsa.Service, tmp_path: Path) -> None:
    ended = tsa.authority(tmp_path / "ended", ended=True)
    service.answer = tsa.stamping(ended)
    assert refused(service, ended.ca_file) == "certificate"


def test_a_certificate_that_is_for_something_else_is_refused(
    service: tsa.Service, honest: tsa.Authority, tmp_path: Path
) -> None:
    other = tsa.authority(tmp_path / "other", for_timestamps=False)
    service.answer = lambda query: (REPLY, other.signed_anew(honest.reply(query)))
    assert refused(service, other.ca_file) == "certificate"
    # with the right certificate the same way of signing is believed
    service.answer = lambda query: (REPLY, honest.signed_anew(honest.reply(query)))
    assert timestamps.ask(service.at(honest.ca_file), TEXT).at


def test_a_stamp_by_somebody_else_is_refused(service: tsa.Service, honest: tsa.Authority, tmp_path: Path) -> None:
    service.answer = tsa.stamping(tsa.authority(tmp_path / "foreign"))
    assert refused(service, honest.ca_file) == "certificate"


def test_however_a_stamp_is_altered_it_is_refused_by_name(service: tsa.Service, honest: tsa.Authority) -> None:
    answer = timestamps.ask(service.at(honest.ca_file), TEXT).answer
    chance, codes = random.Random(3161), set[str]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd certificates, which is what they are
        for _ in range(2000):
            altered = bytearray(answer)
            for _ in range(chance.randint(1, 3)):
                altered[chance.randrange(len(altered))] ^= chance.randint(1, 255)
            try:
                timestamps.verify(bytes(altered), TEXT, honest.ca_file)
            except TimestampError as error:
                codes.add(error.code)
    assert codes == {"malformed", "imprint", "certificate"}


def test_a_fault_of_ours_is_not_taken_for_a_bad_certificate(
    service: tsa.Service, honest: tsa.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = timestamps.ask(service.at(honest.ca_file), TEXT).answer

    def broken(**_roots: object) -> object:
        raise AttributeError("ours")

    monkeypatch.setattr(timestamps, "VerifierBuilder", broken)
    with pytest.raises(AttributeError):
        timestamps.verify(answer, TEXT, honest.ca_file)


def test_a_stamp_of_another_time_is_refused(
    service: tsa.Service, honest: tsa.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 3600
    monkeypatch.setattr("siegel.base.timestamps.time.time", lambda: later)
    assert refused(service, honest.ca_file) == "time"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("text/html", b"<html>Please sign in</html>", "http"),
        (REPLY, b"<html>Please sign in</html>", "malformed"),
        (REPLY, b"", "malformed"),
        (REPLY, b"0" * (timestamps.MAX_ANSWER_BYTES + 1), "oversized"),
        # status: rejection, with a sentence
        (REPLY, bytes.fromhex("30153013020102300e0c0c6e6f7420746f2d6461792e2e"), "refused"),
    ],
)
def test_what_is_no_stamp_is_named(
    service: tsa.Service, honest: tsa.Authority, kind: str, body: bytes, code: str
) -> None:
    service.answer = lambda _query: (kind, body)
    assert refused(service, honest.ca_file) == code


def test_a_service_that_is_silent_or_not_there_is_waited_for_no_longer_than_the_limit(
    service: tsa.Service, honest: tsa.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamps, "TIMEOUT_S", 0.3)
    service.answer = tsa.sleepy(1.0)
    assert refused(service, honest.ca_file) == "unreachable"
    service.url = "http://127.0.0.1:1/"
    assert refused(service, honest.ca_file) == "unreachable"


def test_any_altered_byte_of_a_stamp_is_found_or_changes_nothing_that_is_signed(
    service: tsa.Service, honest: tsa.Authority
) -> None:
    stamp = timestamps.ask(service.at(honest.ca_file), TEXT)
    passed = 0
    for place in range(0, len(stamp.answer), 7):
        altered = bytearray(stamp.answer)
        altered[place] ^= 0x01
        try:
            assert timestamps.verify(bytes(altered), TEXT, honest.ca_file) == stamp.at
            passed += 1
        except TimestampError:
            pass
    # outside the signature stand the status, tags of lists and the copies of certificates
    assert passed < len(stamp.answer) // 7 // 2


def test_a_log_is_stamped_once_a_day(log: Tenant, service: tsa.Service) -> None:
    stamping.stamp_due()
    grow(log)
    stamping.stamp_due()
    assert service.asked == AuditTimestamp.objects.count() == 1
    anchor = stamping.anchor_of(log)
    assert anchor is not None
    assert (anchor.service, anchor.is_late, anchor.code) == ("127.0.0.1", False, "")
    assert verification.check(log.pk).finding is None
    AuditStamping.objects.update(next_at=0)
    stamping.stamp_due()
    assert service.asked == 2
    AuditStamping.objects.update(next_at=0)
    stamping.stamp_due()  # nothing has grown since
    assert service.asked == 2


def test_what_fails_is_tried_again_after_a_pause_and_shown(log: Tenant, service: tsa.Service) -> None:
    stamp, service.answer = service.answer, lambda _query: ("text/html", b"")
    stamping.stamp_due()
    anchor = stamping.anchor_of(log)
    assert anchor is not None
    assert (anchor.at, anchor.is_late, anchor.code) == (None, True, "http")
    stamping.stamp_due()
    assert service.asked == 1
    service.answer = stamp
    AuditStamping.objects.update(next_at=0)
    stamping.stamp_due()
    assert AuditStamping.objects.get(tenant=log).failures == 0
    assert AuditTimestamp.objects.filter(checkpoint__tenant=log).exists()


def test_a_stamped_head_is_kept_though_the_log_grows_while_the_service_is_asked(
    log: Tenant, service: tsa.Service, honest: tsa.Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEEP_EVERY_S", 1 << 40)
    grow(log)
    head = checkpoints.newest(log.pk)
    assert head is not None
    stamped = timestamps.ask(service.at(honest.ca_file), checkpoints.note_of(head).text.encode())
    grow(log)
    grow(log)
    assert not AuditCheckpoint.objects.filter(pk=head.pk).exists()
    stamping._keep(head, stamped, "127.0.0.1")
    grow(log)
    grow(log)
    assert [one.checkpoint.size for one in stamping.stamps_of(log.pk)] == [head.size]
    assert stamping.first_bad(log.pk) is None


def alter_answer(row: AuditTimestamp) -> None:
    row.answer = bytes(row.answer)[:-1] + bytes([bytes(row.answer)[-1] ^ 1])


def alter_head(row: AuditTimestamp) -> None:
    row.checkpoint = AuditCheckpoint.objects.exclude(pk=row.checkpoint_id).get(tenant=row.checkpoint.tenant_id)


@pytest.mark.parametrize("alter", [alter_answer, alter_head])
def test_an_altered_or_exchanged_stamp_is_found_by_the_self_check(
    log: Tenant, alter: Callable[[AuditTimestamp], None]
) -> None:
    stamping.stamp_due()
    grow(log)
    row = AuditTimestamp.objects.select_related("checkpoint").get(checkpoint__tenant=log)
    alter(row)
    row.save()
    found = verification.check(log.pk).finding
    assert found is not None
    assert (found.code, found.is_tampered) == ("timestamp_altered", True)


@pytest.mark.parametrize("with_root", [True, False])
def test_a_stamp_by_a_service_that_is_trusted_no_more_is_said_and_is_no_alarm(
    log: Tenant, settings: Settings, service: tsa.Service, honest: tsa.Authority, tmp_path: Path, with_root: bool
) -> None:
    service.answer = lambda query: (REPLY, honest.reply(query, with_root=with_root))
    stamping.stamp_due()
    settings.TSA_CA_FILE = tsa.authority(tmp_path / "another").ca_file
    found = verification.check(log.pk).finding
    assert found is not None
    assert (found.code, found.is_tampered) == ("timestamp_untrusted", False)


def test_the_export_carries_the_stamps_and_verify_py_checks_them(log: Tenant, tmp_path: Path) -> None:
    stamping.stamp_due()
    export.write_export(log, tmp_path / "log.zip")
    assert "by CN=Test Timestamps" in run_verify(tmp_path / "log.zip", expected=0)
    row = AuditTimestamp.objects.get(checkpoint__tenant=log)
    answer = bytes(row.answer)
    for place in (len(answer) - 1, answer.index(b"\x04\x20") + 4):  # the signature; the imprint
        row.answer = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        row.save()
        export.write_export(log, tmp_path / "log.zip")
        run_verify(tmp_path / "log.zip", expected=3)
    row.answer = answer[:100]
    row.save()
    export.write_export(log, tmp_path / "log.zip")
    run_verify(tmp_path / "log.zip", expected=1)


def run_verify(path: Path, *, expected: int) -> str:
    script = Path(export.__file__).with_name("auditor") / "verify.py"
    command = [sys.executable, str(script), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == expected, done.stderr
    return done.stdout
