/** What a person changes on his own access: the proof of who asks, and a new password. */

import { toBase64url } from "../crypto/base64";
import { heldSeed, keepOpen, type Open } from "../keyring/keyring";
import { LOGIN, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { holderKeys } from "../seals/keys";
import type { Unlocked } from "../seals/unlock";
import { api, type Proof, type Session } from "../wire/api";
import { newCredential } from "./credential";
import { presentKeys, unlockWithPassword } from "./sign_in";

/** The seed at hand and a proof that the server accepts once. */
export interface Proven {
  readonly session: Session;
  readonly unlocked: Unlocked;
  readonly proof: Proof;
}

/** By the present password, which also opens a closed key. @throws as `unlockWithPassword`. */
export async function proveByPassword(session: Session, password: string): Promise<Proven> {
  let unlocked = await heldSeed(session);
  if (unlocked === null) {
    await unlockWithPassword(session, password);
    unlocked = await heldSeed(session);
  }
  if (unlocked === null) throw new RefusedError("key_closed", "the key is not open");
  const { authentication } = await presentKeys(session.firm.slug, session.person.username, password);
  return { session, unlocked, proof: { auth_key: toBase64url(authentication) } };
}

/** By the open key. @throws RefusedError (`key_closed`), WireError. */
export async function proveByKey(session: Session, now: number): Promise<Proven> {
  const unlocked = await heldSeed(session);
  if (unlocked === null) throw new RefusedError("key_closed", "the key is not open");
  const { signing } = await holderKeys(unlocked.seed);
  const { nonce } = await api.accountChallenge();
  const [firm, subject] = [session.firm.id, session.person.id];
  const fields = { firm, nonce, origin: location.origin, subject, time: now };
  return { session, unlocked, proof: { login: toDoc(await signDocument(LOGIN, fields, signing)) } };
}

/** The seed under a new password; every other session is over. @throws IntegrityError, WireError. */
export async function changePassword({ session, unlocked, proof }: Proven, password: string): Promise<Open> {
  const { firm, person } = session;
  const made = await newCredential(firm.id, person.username, password, unlocked);
  return keepOpen(await api.changePassword({ proof, ...made }), firm.id, unlocked);
}
