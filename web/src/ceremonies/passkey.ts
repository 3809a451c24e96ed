/** Passkeys: each has the seed wrapped for it alone, under what its pseudo-random function gives. */

import { toBase64url } from "../crypto/base64";
import { keepOpen, type Open } from "../keyring/keyring";
import { makePasskey, usePasskey } from "../keyring/passkeys";
import { must } from "../seals/errors";
import { openUnlock, passkeyMethod, passkeyWrappingKey, sealUnlock } from "../seals/unlock";
import { api } from "../wire/api";
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

/** @throws RefusedError as `usePasskey`, UnlockError (`wrong_password`), IntegrityError as `keepOpen`, WireError. */
export async function signInWithPasskey(slug: string): Promise<Open> {
  const { firm, nonce } = await api.challenge(slug);
  const used = await usePasskey(nonce);
  const session = await api.signInWithPasskey({
    firm: slug,
    nonce,
    credential: toBase64url(used.id),
    client_data: toBase64url(used.clientData),
    authenticator_data: toBase64url(used.authenticatorData),
    signature: toBase64url(used.signature),
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
