"""What `siegel web verify` does, and a witness besides: log, signature and what is served, each against the others."""

import base64
import binascii
import hmac
import json
from hashlib import sha256
from pathlib import Path

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.client import Download
from siegel.agent.errors import AgentError
from siegel.agent.log_heads import shown
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.session import Home
from siegel.agent.web_headers import USER_AGENT
from siegel.agent.web_served import compare_served
from siegel.agent.witness import Witness
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.release import RELEASE_KIND, read_release, verify_release

KEY_FILE = "release.pub"
MAX_PROOF_BYTES = 1 << 18
_SSH_HEAD = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"


def verify(*, key_file: Path | None, user_agent: str | None, as_json: bool) -> None:
    """Fetches what browsers get, and compares. A release key that was given is pinned on this machine."""
    account, home = signed_in_account()
    if key_file is not None:
        _pin(home, key_file)
    held, _, _ = shown(account, Witness(home.folder))
    count, is_signed = check(account, home, held.key, user_agent=user_agent or USER_AGENT)
    keep_session(account, home)
    if as_json:
        terminal.answer({"files": count, "signed": is_signed})
    else:
        terminal.say("web_same" if is_signed else "web_same_unsigned", files=count)


def check(account: Account, home: Home, log: tlog.VerifierKey, *, user_agent: str = USER_AGENT) -> tuple[int, bool]:
    """How many files are as logged, and whether a pinned release key has signed them.

    AgentError `release_not_logged`; IntegrityError where log, signature and what is served do not fit.
    """
    answer = account.api.get("audit/release")
    if answer.get("index") is None:
        raise AgentError("release_not_logged")
    document = unb64(str(answer["document"]))
    _require_logged(account, int(answer["index"]), document, log)
    public = _pinned(home)
    if public is not None:
        verify_release(document, str(answer["signature"] or ""), public)
    return compare_served(account.api.origin, read_release(document), user_agent=user_agent), public is not None


def _require_logged(account: Account, index: int, document: bytes, log: tlog.VerifierKey) -> None:
    """That the entry about this document stands in the log that this key signs."""
    source = account.api.download(f"audit/entries/{index}/proof")
    try:
        proof = tlog.ProofFile.parse(_read(source))
        leaf = unb64(json.loads(proof.extra)["leaf"])
        proof.verify(tlog.entry_hash(leaf), log)
        entry = json.loads(leaf)
        logged = unb64(entry["about"]["release"]) if entry["kind"] == RELEASE_KIND else b""
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError("web_not_logged", "the entry says nothing of what is served") from error
    finally:
        source.close()
    if proof.index != index or not hmac.compare_digest(logged, sha256(document).digest()):
        raise IntegrityError("web_not_logged", "the log names another release than the server")


def _read(source: Download) -> bytes:
    content = b""
    while piece := source.read(MAX_PROOF_BYTES):
        content += piece
        if len(content) > MAX_PROOF_BYTES:
            raise AgentError("answer_too_large")
    return content


def _pin(home: Home, key_file: Path) -> None:
    _public_key(key_file)
    (home.folder / KEY_FILE).write_bytes(key_file.read_bytes())


def _pinned(home: Home) -> bytes | None:
    path = home.folder / KEY_FILE
    return _public_key(path) if path.exists() else None


def _public_key(path: Path) -> bytes:
    """32 bytes from a line of `ssh-keygen`: ssh-ed25519 BASE64 [comment]. AgentError `release_key_invalid`."""
    try:
        blob = base64.b64decode(path.read_text(encoding="utf-8").split()[1], validate=True)
    except (OSError, UnicodeDecodeError, IndexError, binascii.Error) as error:
        raise AgentError("release_key_invalid", file=path) from error
    if not blob.startswith(_SSH_HEAD) or len(blob) != len(_SSH_HEAD) + 32:
        raise AgentError("release_key_invalid", file=path)
    return blob[len(_SSH_HEAD) :]
