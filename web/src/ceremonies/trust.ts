/** An emergency folder, whom it trusts, who asks to be let in, and who objects (ADR 0020). */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { toDoc } from "../seals/documents";
import { signObjection, signRequest } from "../seals/events";
import { OpenedVault } from "../vault/opened";
import { type RequestAnswer, trustedApi } from "../wire/trusted";
import { addTrusted, removeHolder } from "./holders";

/** `kid`: of somebody whose certificate the person may see. @throws as `addTrusted`. */
export async function nameTrusted(
  open: Open,
  certificates: Certificates,
  vault: string,
  kid: string,
  waitDays: number,
): Promise<void> {
  await addTrusted(await OpenedVault.load(open, vault), certificates.person(kid), waitDays);
}

/** `key`: as it stands in the roster. */
export async function endTrust(open: Open, vault: string, key: string): Promise<void> {
  await removeHolder(await OpenedVault.load(open, vault), key);
}

/** The trusted person's own word; the server begins to count. `roster`: its hash; `last`: of the vault's last event. */
export async function askForAccess(
  { keys, session }: Open,
  { vault, roster, last }: { readonly vault: string; readonly roster: string; readonly last: string | null },
): Promise<RequestAnswer> {
  const place = { firm: session.firm.id, vault, roster };
  return trustedApi.addEvent(vault, toDoc(await signRequest(keys, place, last)));
}

/**
 * Objects to a request, also to one that has opened the vault already. `hash` and `last` are the server's word: an objection
 * to a request that there is not harms nobody, and whose keys are new opens the vault no more. @throws WireError.
 */
export async function objectTo(
  { keys, session }: Open,
  { vault, hash, last }: { readonly vault: string; readonly hash: string; readonly last: string },
): Promise<void> {
  const place = { firm: session.firm.id, vault, request: hash };
  await trustedApi.addEvent(vault, toDoc(await signObjection(keys, place, last)));
}
