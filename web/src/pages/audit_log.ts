/** The page of the audit log: compared with what this browser has seen; an entry's proof is checked here. Uses no key. */

import { fromBase64url } from "../crypto/base64";
import { fromUtf8 } from "../crypto/bytes";
import { heldOf } from "../keyring/log_watch";
import { entryHash, parseProofFile, parseVerifierKey, TlogError, verifyProofFile } from "../tlog";
import { find, findAll, write } from "../ui/dom";
import { atWork } from "../ui/form";
import { watchAndTell } from "../ui/log_alarm";
import { texts } from "../ui/texts";
import { api } from "../wire/api";

const firm = document.body.dataset["firm"] ?? "";

interface Extra {
  readonly leaf: string;
}

/** That the entry stands in the log this browser knows: number of steps and entries. @throws TlogError, WireError. */
async function checkProof(index: number): Promise<{ steps: number; size: number }> {
  const held = heldOf(firm);
  if (held === null) throw new TlogError("tlog.unsigned", "this browser knows no signed head yet");
  const proof = parseProofFile(await api.logProof(index));
  const { leaf } = JSON.parse(fromUtf8(proof.extra)) as Extra;
  if (proof.index !== index) throw new TlogError("tlog.proof", "the proof is another entry's");
  const hash = await entryHash(fromBase64url(leaf));
  const { checkpoint } = await verifyProofFile(proof, hash, await parseVerifierKey(held.key));
  return { steps: proof.hashes.length, size: checkpoint.size };
}

async function tell(button: HTMLElement): Promise<void> {
  const { log } = texts();
  const badge = find("[data-proof-holds]");
  badge.hidden = true;
  try {
    const { steps, size } = await checkProof(Number(button.dataset["index"]));
    badge.hidden = false;
    write("[data-proof-result]", log.proven(steps, size));
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    write("[data-proof-result]", log.notProven(error.code));
  }
}

async function start(): Promise<void> {
  const seen = await watchAndTell(firm);
  if (seen !== null)
    write("[data-log-held]", texts().log.held(seen.head.size, Math.min(seen.before, seen.head.size)));
  for (const button of findAll('[data-action="check-proof"]')) {
    button.addEventListener("click", () => void atWork(button, () => tell(button)));
  }
}

void start();
