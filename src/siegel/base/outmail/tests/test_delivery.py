"""Delivery to real mail servers: what they take, refuse, put off, or never answer. Nothing is lost or sent twice."""

import socket
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from siegel.base.jobs.rules import ATTEMPTS, pause_s
from siegel.base.jobs.worker import run_jobs
from siegel.base.outmail import transport
from siegel.base.outmail.delivery import deliver_due, deliver_later
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.server import Server
from siegel.base.outmail.tests.conftest import Write
from siegel.base.outmail.tests.servers import HOST, PASSWORD, USER, Paper, Post, made_paper, plain, serving
from tests.installation import free_port

State = OutMail.State

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return made_paper(tmp_path_factory.mktemp("paper"))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_S", 10.0)


def now_there(mail: OutMail) -> OutMail:
    mail.refresh_from_db()
    return mail


def taken(post: Post) -> list[EmailMessage]:
    return [message_from_bytes(cast("bytes", one.content), policy=policy.default) for one in post.taken]


def make_due(mail: OutMail) -> None:
    OutMail.objects.filter(pk=mail.pk).update(next_at=timezone.now())


def test_a_mail_arrives_whole_once_and_its_text_is_erased(office: Post, write: Write) -> None:
    mail = write()
    run_jobs()
    deliver_due.call()
    [message] = taken(office)
    assert office.taken[0].rcpt_tos == ["juergen@mandant.example"]
    assert office.taken[0].mail_from == "tresor@kanzlei.example"
    assert message["To"] == "Jürgen Mustermann <juergen@mandant.example>"
    assert message["Subject"] == "Neues für Sie"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == "Guten Tag,\n\nes gibt Neues.\n.\nEnde\n"
    assert (now_there(mail).state, mail.text, mail.attempts) == (State.SENT, "", 1)


def test_a_mail_of_a_transaction_that_fails_was_never_there(office: Post, write: Write) -> None:
    from django.db import transaction

    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    run_jobs()
    assert not OutMail.objects.exists()
    assert not DBTaskResult.objects.exists()
    assert not office.taken


def test_names_titles_and_texts_inject_no_header(office: Post, write: Write) -> None:
    write(
        name='Böse"\r\nBcc: opfer@mandant.example, <x@y.example>',
        subject="Neu\r\nBcc: opfer@mandant.example\n\nText\u2028x",
        text="\r\n.\r\nMAIL FROM:<x@y.example>\r\nGuten Tag\r\n",
    )
    run_jobs()
    [message] = taken(office)
    assert office.taken[0].rcpt_tos == ["juergen@mandant.example"]
    assert message["Bcc"] is None
    [to] = message["To"].addresses
    assert to.addr_spec == "juergen@mandant.example"
    assert message["Subject"] == "Neu Bcc: opfer@mandant.example Text x"
    assert "MAIL FROM:<x@y.example>" in message.get_content()


def test_every_line_is_short_and_ascii_whatever_was_written(office: Post, write: Write) -> None:
    write(subject="ü" * 300, name="ß" * 300, text="Ä" * 5000 + "\rx\n" + "y" * 3000)
    run_jobs()
    content = cast("bytes", office.taken[0].content)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_an_umlaut_in_the_host_goes_out_in_ascii(office: Post, write: Write) -> None:
    mail = write(address="info@müller-straße.example")
    run_jobs()
    assert office.taken[0].rcpt_tos == ["info@xn--mller-strae-46a18a.example"]
    assert now_there(mail).state == State.SENT


def test_an_umlaut_before_the_at_is_sent_where_the_server_knows_them(office: Post, write: Write) -> None:
    write(address="jürgen@mandant.example")
    run_jobs()
    assert office.taken[0].rcpt_tos == ["jürgen@mandant.example"]
    assert "SMTPUTF8" in office.taken[0].mail_options


def test_an_umlaut_before_the_at_is_refused_for_ever_where_it_does_not(settings: Settings, write: Write) -> None:
    post = Post()
    with serving(post, utf8=False) as port:
        settings.SMTP = plain(port)
        mail = write(address="jürgen@mandant.example")
        run_jobs()
    assert (now_there(mail).state, mail.error) == (State.REFUSED, "utf8")
    assert not post.taken


def test_a_refused_recipient_is_not_tried_again(office: Post, write: Write) -> None:
    office.to_recipient = "550 5.1.1 no such user"
    mail = write()
    run_jobs()
    assert (now_there(mail).state, mail.error, mail.reply) == (State.REFUSED, "recipient", 550)
    office.to_recipient = ""
    make_due(mail)
    deliver_due.call()
    assert not office.taken
    assert mail.text


def test_a_recipient_put_off_is_tried_again_later_and_arrives_once(office: Post, write: Write) -> None:
    office.to_recipient = "451 4.7.1 greylisted"
    mail = write()
    before = timezone.now()
    run_jobs()
    assert (now_there(mail).state, mail.error, mail.reply) == (State.WAITING, "recipient", 451)
    assert timedelta(seconds=59) < mail.next_at - before < timedelta(seconds=65)
    office.to_recipient = ""
    deliver_due.call()
    assert not office.taken, "not before its time"
    make_due(mail)
    deliver_later()
    deliver_later()
    assert len(office.taken) == 1
    assert (now_there(mail).state, mail.error, mail.attempts) == (State.SENT, "", 2)


@pytest.mark.parametrize(("answer", "state"), [("554 spam", State.REFUSED), ("452 full", State.WAITING)])
def test_refused_contents_end_or_wait_as_the_server_says(office: Post, write: Write, answer: str, state: str) -> None:
    office.to_data = answer
    mail = write()
    run_jobs()
    assert (now_there(mail).state, mail.error, mail.reply) == (state, "content", int(answer[:3]))


def test_a_refused_sender_stops_the_run_and_loses_nothing(office: Post, write: Write) -> None:
    office.to_sender = "553 5.7.1 not your address"
    first, second = write(), write()
    run_jobs()
    assert (now_there(first).state, first.error) == (State.WAITING, "sender")
    office.to_sender = ""
    for mail in (first, second):
        make_due(mail)
    deliver_due.call()
    assert [now_there(mail).state for mail in (first, second)] == [State.SENT, State.SENT]
    assert len(office.taken) == 2


def test_a_server_that_is_gone_loses_nothing(settings: Settings, write: Write) -> None:
    settings.SMTP = plain(free_port())
    mail, other = write(), write()
    run_jobs()
    assert {now_there(mail).error, now_there(other).error} <= {"unreachable", ""}
    assert {mail.state, other.state} == {State.WAITING}
    post = Post()
    with serving(post) as port:
        settings.SMTP = plain(port)
        make_due(mail)
        make_due(other)
        deliver_due.call()
    assert len(post.taken) == 2
    assert {now_there(mail).state, now_there(other).state} == {State.SENT}


def test_a_server_that_says_nothing_is_left_after_a_while(
    settings: Settings, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_S", 0.5)
    with socket.create_server((HOST, 0)) as silent:
        settings.SMTP = plain(silent.getsockname()[1])
        mail = write()
        run_jobs()
    assert (now_there(mail).state, mail.error) == (State.WAITING, "disconnected")


def test_a_line_cut_at_goodbye_does_not_send_twice(office: Post, write: Write) -> None:
    office.cut_at_quit = True
    mail = write()
    run_jobs()
    make_due(mail)
    deliver_due.call()
    assert now_there(mail).state == State.SENT
    assert len(office.taken) == 1


def test_a_line_cut_before_the_answer_is_tried_again_under_the_same_message_id(office: Post, write: Write) -> None:
    """Nobody can know whether the server took it (RFC 5321 4.5.4.1 says: try again); the id tells them for one."""
    office.cut_after_data = True
    mail = write()
    run_jobs()
    assert (now_there(mail).state, mail.error) == (State.WAITING, "disconnected")
    office.cut_after_data = False
    make_due(mail)
    deliver_due.call()
    first, second = taken(office)
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mail_whose_worker_died_is_taken_up_again_and_one_at_work_is_not(office: Post, write: Write) -> None:
    died, at_work = write(), write()
    OutMail.objects.filter(pk=died.pk).update(state=State.SENDING, changed_at=timezone.now() - timedelta(minutes=16))
    OutMail.objects.filter(pk=at_work.pk).update(state=State.SENDING, changed_at=timezone.now())
    deliver_later()
    assert now_there(died).state == State.SENT
    assert now_there(at_work).state == State.SENDING


def test_after_enough_tries_a_mail_is_parked_with_its_text(office: Post, write: Write) -> None:
    office.to_recipient = "451 later"
    mail = write()
    for _ in range(ATTEMPTS):
        make_due(mail)
        deliver_due.call()
    assert (now_there(mail).state, mail.attempts) == (State.PARKED, ATTEMPTS)
    assert mail.text
    make_due(mail)
    deliver_due.call()
    assert now_there(mail).attempts == ATTEMPTS


def test_pauses_grow_to_four_hours_and_last_a_night() -> None:
    pauses = [pause_s(attempt) for attempt in range(1, ATTEMPTS)]
    assert pauses[:4] == [60, 180, 540, 1620]
    assert max(pauses) == 4 * 3600
    assert sum(pauses) > 12 * 3600


def test_who_may_not_have_a_mail_any_more_does_not_get_it(office: Post, write: Write) -> None:
    mail = write(person="blocked", vaults=["v"])
    run_jobs()
    assert (now_there(mail).state, mail.text) == (State.DROPPED, "")
    assert not office.taken


def test_a_mail_goes_through_starttls_with_user_and_password(settings: Settings, write: Write, paper: Paper) -> None:
    post = Post()
    with serving(post, starttls=paper) as port:
        settings.SMTP = Server(HOST, port, "starttls", USER, PASSWORD, paper.certificate)
        mail = write()
        run_jobs()
    assert now_there(mail).state == State.SENT
    assert len(post.taken) == 1


def test_a_mail_goes_through_tls_from_the_first_byte(settings: Settings, write: Write, paper: Paper) -> None:
    post = Post()
    with serving(post, tls=paper) as port:
        settings.SMTP = Server(HOST, port, "tls", ca_file=paper.certificate)
        mail = write()
        run_jobs()
    assert now_there(mail).state == State.SENT
    assert len(post.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(
    settings: Settings, write: Write, paper: Paper, security: str
) -> None:
    post = Post()
    with serving(post, starttls=paper) if security == "starttls" else serving(post, tls=paper) as port:
        settings.SMTP = Server(HOST, port, security, USER, PASSWORD)  # type: ignore[arg-type]
        mail = write()
        run_jobs()
    assert (now_there(mail).state, mail.error) == (State.WAITING, "certificate")
    assert not post.taken


def test_a_certificate_of_another_host_is_refused(settings: Settings, write: Write, tmp_path: Path) -> None:
    other = made_paper(tmp_path, "192.0.2.1")
    post = Post()
    with serving(post, starttls=other) as port:
        settings.SMTP = Server(HOST, port, "starttls", USER, PASSWORD, other.certificate)
        mail = write()
        run_jobs()
    assert now_there(mail).error == "certificate"
    assert not post.taken


def test_without_an_offer_of_tls_nothing_is_said(settings: Settings, write: Write) -> None:
    post = Post()
    with serving(post) as port:
        settings.SMTP = Server(HOST, port, "starttls", USER, PASSWORD)
        mail = write()
        run_jobs()
    assert (now_there(mail).state, mail.error) == (State.WAITING, "no_tls")
    assert not post.taken


def test_a_wrong_password_is_said_and_stands_nowhere(
    settings: Settings, write: Write, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a wrong password nobody may see"
    post = Post()
    with serving(post, starttls=paper) as port:
        settings.SMTP = Server(HOST, port, "starttls", USER, secret, paper.certificate)
        mail = write()
        run_jobs()
    assert (now_there(mail).state, mail.error, mail.reply) == (State.WAITING, "login", 535)
    assert secret not in caplog.text
    assert secret not in repr(settings.SMTP)
    assert secret not in "".join(DBTaskResult.objects.values_list("traceback", flat=True))


def test_without_a_server_a_mail_is_a_file(settings: Settings, write: Write) -> None:
    settings.SMTP = None
    mail = write()
    run_jobs()
    [path] = settings.MAIL_FOLDER.iterdir()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == "Jürgen Mustermann <juergen@mandant.example>"
    assert now_there(mail).state == State.WRITTEN


def test_a_folder_that_cannot_be_written_keeps_the_mail_waiting(
    settings: Settings, write: Write, tmp_path: Path
) -> None:
    settings.SMTP = None
    settings.MAIL_FOLDER = tmp_path / "file" / "mail"
    (tmp_path / "file").touch()
    mail = write()
    run_jobs()
    assert (now_there(mail).state, mail.error) == (State.WAITING, "folder")
