"""Handing one mail to the mail server of the settings, or to a folder where none is set.

What can go wrong, as `DeliveryError`:

    of the server   unreachable, disconnected, certificate, tls, no_tls, login, sender, server
    of the mail     recipient, content (permanent at 5xx), utf8 (the server knows no letters outside ASCII), folder
"""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

from django.conf import settings

from siegel.base.outmail.errors import DeliveryError
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.rules import ascii_host, one_line
from siegel.base.outmail.server import Server

TIMEOUT_S = 20.0
PERMANENT = 500


def transmit(mail: OutMail) -> OutMail.State:
    """Returns `sent` or `written` when somebody has taken it; DeliveryError otherwise."""
    if settings.SMTP is None:
        _write(mail, settings.MAIL_FOLDER)
        return OutMail.State.WRITTEN
    _send(mail, settings.SMTP)
    return OutMail.State.SENT


def message_of(mail: OutMail) -> EmailMessage:
    """The mail as it goes out: plain text, quoted-printable, so that every line is short and ASCII."""
    sender_local, _, sender_host = settings.MAIL_FROM.rpartition("@")
    local, _, host = mail.address.rpartition("@")
    message = EmailMessage(policy=SMTP if local.isascii() else SMTPUTF8)
    message["From"] = Address(one_line(mail.tenant.name), sender_local, ascii_host(sender_host))
    message["To"] = Address(one_line(mail.name), local, ascii_host(host))
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}@{ascii_host(sender_host)}>"
    # RFC 3834: no holiday notices in return
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    return message


def _write(mail: OutMail, folder: Path) -> None:
    """As `<message id>.eml`, whole or not at all; the same mail again takes its own place."""
    target = folder / f"{mail.created_at:%Y%m%d-%H%M%S}-{mail.message_id}.eml"
    partial = target.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.write_bytes(message_of(mail).as_bytes())
        os.replace(partial, target)
    except OSError as error:
        raise DeliveryError("folder", of_server=True) from error


def _send(mail: OutMail, server: Server) -> None:
    message = message_of(mail)
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    options = ["SMTPUTF8"] if not recipient.isascii() else []
    with _connected(server, sender) as smtp:
        try:
            smtp.sendmail(sender, [recipient], message.as_bytes(), mail_options=options)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _text)] = error.recipients.values()
            raise DeliveryError("recipient", reply=code, permanent=code >= PERMANENT) from error
        except smtplib.SMTPSenderRefused as error:
            # Whoever may not send under this address may not send to others either.
            raise DeliveryError("sender", reply=error.smtp_code, of_server=True) from error
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
            raise DeliveryError("content", reply=code, permanent=code >= PERMANENT) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError("utf8", permanent=True) from error
        # It has been taken. What the server says to our goodbye changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


@contextmanager
def _connected(server: Server, sender: str) -> Iterator[smtplib.SMTP]:
    """A line to the server, encrypted and signed in as the settings want it. DeliveryError, all `of_server`."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _dialled(server, sender.rpartition("@")[2])
        yield smtp
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError("login", reply=error.smtp_code, of_server=True) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError("no_tls", of_server=True) from error
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryError("disconnected", of_server=True) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError("server", reply=error.smtp_code, of_server=True) from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError("certificate", of_server=True) from error
    except ssl.SSLError as error:
        raise DeliveryError("tls", of_server=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("unreachable", of_server=True) from error
    finally:
        if smtp is not None:
            smtp.close()


def _dialled(server: Server, own_name: str) -> smtplib.SMTP:
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, own_name, timeout=TIMEOUT_S, context=_context(server)
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, own_name, timeout=TIMEOUT_S)
    try:
        smtp.ehlo()
        if server.security == "starttls":
            # without an answer to it nothing is said in the clear: neither password nor mail
            smtp.starttls(context=_context(server))
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _context(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
