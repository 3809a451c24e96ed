"""Uploads that have arrived are scanned together; what gave no result is asked again."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, cast

from siegel.agent.client import SCAN_S, Wire
from siegel.agent.errors import AgentError, ServerError
from siegel.agent.opened import OpenVault
from siegel.seals.canonical import b64
from siegel.seals.documents import Verdict
from siegel.seals.fields import Fields
from siegel.seals.files import SealedFile, header_for
from siegel.seals.scanning import verify_scanner_key, verify_verdict
from siegel.seals.signed import Signed

KEY_GONE = "scanner_key_gone"
SCAN_TRIES = 4
SCAN_PAUSE_S = 2.0


class Sent(Protocol):
    """Sealed bytes that have arrived as an upload; `result` is what the scanner finds."""

    sealed: SealedFile
    upload: str
    result: str


AnySent = TypeVar("AnySent", bound=Sent)


def scanned(
    vault: OpenVault,
    sent: Sequence[AnySent],
    refuse: Callable[[AnySent, str, str], None],
    scanning: Callable[[int], None] = lambda _: None,
) -> list[AnySent]:
    """Those that may be committed; `refuse` is told of the others, why (a code) and what was found.

    IntegrityError for a verdict that does not hold.
    """
    good: list[AnySent] = []
    waiting = list(sent)
    for number in range(SCAN_TRIES):
        if not waiting:
            break
        scanning(len(waiting))
        results = _check(vault, waiting)
        failed = []
        for one in waiting:
            result = results.get(one.upload, {})
            if _judge(vault, one, result):
                good.append(one)
            elif result.get("code") == "scan_failed" and number < SCAN_TRIES - 1:
                failed.append(one)
            else:
                refuse(one, str(result.get("code")), _detail(result))
        waiting = failed
        if waiting:
            time.sleep(SCAN_PAUSE_S)
    return good


def scanner_recipient(vault: OpenVault) -> str:
    """Whom uploads are sealed to for the scan: the key a certified scanner announced for today. ServerError 503."""
    answer = vault.account.api.get("scanner-key")
    signed = Signed.from_wire(Fields(answer, "scanner key").take("doc"))
    key = verify_scanner_key(signed, vault.account.firm, vault.store, now=int(time.time()))
    return key.recipient


def _check(vault: OpenVault, waiting: Sequence[Sent]) -> dict[str, Wire]:
    """The server's results by upload; with new scanner headers when the scanner's key was renewed meanwhile."""
    path = f"vaults/{vault.id}/check"
    for number in range(SCAN_TRIES):
        recipient = scanner_recipient(vault)
        body = {"uploads": [_check_wire(one, recipient) for one in waiting]}
        try:
            answer = vault.account.api.post(path, body, repeatable=True, timeout_s=SCAN_S)
        except ServerError as error:
            if error.code != KEY_GONE or number == SCAN_TRIES - 1:
                raise
        else:
            results = Fields(answer, "check").items("results")
            return {Fields(result, "result").id("upload"): cast("Wire", result) for result in results}
    raise AgentError("answer_invalid")


def _judge(vault: OpenVault, one: Sent, result: Wire) -> bool:
    """Whether it may be committed, by the scanner's own signature; IntegrityError for a verdict that does not hold."""
    if not result:
        raise AgentError("answer_invalid")
    if result.get("verdict") is None:
        return False
    signed, sealed = Signed.from_wire(result["verdict"]), one.sealed
    verdict = verify_verdict(signed, vault.account.firm, sealed.payload_hash, sealed.commitment, vault.store)
    one.result = verdict.result
    # What could not be scanned may be committed where the firm holds such files: then the server names no refusal.
    return verdict.result == "clean" or (verdict.result == "not_scannable" and result.get("code") is None)


def _detail(result: Wire) -> str:
    """What was found, by the scanner's signed word; else the server's."""
    if result.get("verdict") is None:
        return str(result.get("message") or "")
    return Verdict.parse(Signed.from_wire(result["verdict"])).reason or ""


def _check_wire(one: Sent, recipient: str) -> Wire:
    return {
        "upload": one.upload,
        "payload_hash": one.sealed.payload_hash,
        "commitment": one.sealed.commitment,
        "scanner_header": b64(header_for(one.sealed.file_key, recipient)),
    }
