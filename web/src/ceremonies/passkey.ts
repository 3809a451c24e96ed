/** Passkeys: each has the seed wrapped for it alone, under what its pseudo-random function gives. */

import { toBase64url } from "../crypto/base64";
import { keepOpen, type Open } from "../keyring/keyring";
import { canUsePasskeys, makePasskey, type UsedPasskey, usePasskey } from "../keyring/passkeys";
import { must } from "../seals/errors";
import { openUnlock, passkeyMethod, passkeyWrappingKey, sealUnlock } from "../seals/unlock";
import { api, type Session } from "../wire/api";
import { fromWire } from "../wire/codec";
import type { Proven } from "./access";

/** Makes a passkey called `name`; `known` are the ids of those there are. @throws as `makePasskey`, WireError. */
export async function addPasskey(
  { session, unlocked, proof }: Proven,
  name: string,
  known: readonly string[],
): Promise<void> {
  const { firm, person } = session;
  const { nonce } = await api.accountChallenge();
  const made = await makePasskey(nonce, person, `Siegel · ${firm.name}`, known);
  const wrapping = passkeyWrappingKey(made.prf);
  await api.addPasskey({
    proof,
    nonce,
    credential: toBase64url(made.id),
    client_data: toBase64url(made.clientData),
    attestation: toBase64url(made.attestation),
    name,
    unlock: toBase64url(await sealUnlock(wrapping, firm.id, unlocked, passkeyMethod(made.id))),
  });
}

/** Whether the person has a passkey that this page can use. @throws WireError. */
export async function hasPasskey(): Promise<boolean> {
  return canUsePasskeys() && (await api.unlockChallenge()).credentials.length > 0;
}

/**
 * Opens the key again. The nonce is asked for anew, as a dialog may have stood open for long.
 * @throws as `signInWithPasskey`.
 */
export async function unlockWithPasskey(session: Session): Promise<Open> {
  const { firm, person } = session;
  const { nonce, credentials } = await api.unlockChallenge();
  const used = await usePasskey(nonce, credentials);
  const { unlock } = await api.unlockWithPasskey({ nonce, ...asserted(used) });
  const method = passkeyMethod(used.id);
  const wrapping = passkeyWrappingKey(used.prf);
  return keepOpen(session, firm.id, await openUnlock(wrapping, firm.id, person.id, fromWire(unlock), method));
}

/** What the server needs of an assertion, and nothing else. */
function asserted({ id, clientData, authenticatorData, signature }: UsedPasskey) {
  return {
    credential: toBase64url(id),
    client_data: toBase64url(clientData),
    authenticator_data: toBase64url(authenticatorData),
    signature: toBase64url(signature),
  };
}

/** @throws RefusedError as `usePasskey`, UnlockError (`wrong_password`), IntegrityError as `keepOpen`, WireError. */
export async function signInWithPasskey(slug: string): Promise<Open> {
  const { firm, nonce } = await api.challenge(slug);
  const used = await usePasskey(nonce);
  const session = await api.signInWithPasskey({
    firm: slug,
    nonce,
    ...asserted(used),
  });
  const isOurs = session.firm.id === firm && session.unlock !== null;
  must(isOurs, "session_differs", "the session is another firm's");
  const wrapping = passkeyWrappingKey(used.prf);
  const wrap = fromWire(session.unlock);
  return keepOpen(
    session,
    firm,
    await openUnlock(wrapping, firm, session.person.id, wrap, passkeyMethod(used.id)),
  );
}
