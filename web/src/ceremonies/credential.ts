/** A new password: what the server gets to know it by, and the seed under it. */

import { toBase64url } from "../crypto/base64";
import { randomBytes } from "../crypto/bytes";
import { stretch } from "../keyring/stretch";
import { passwordKeys, passwordSalt, sealUnlock, type Unlocked } from "../seals/unlock";
import type { Credential } from "../wire/api";

export async function newCredential(
  firm: string,
  username: string,
  password: string,
  unlocked: Unlocked,
): Promise<{ readonly credential: Credential; readonly unlock: string }> {
  const s = randomBytes(32);
  const { authentication, wrapping } = passwordKeys(await stretch(password, passwordSalt(firm, username, s)));
  return {
    credential: { s: toBase64url(s), auth_key: toBase64url(authentication) },
    unlock: toBase64url(await sealUnlock(wrapping, firm, unlocked)),
  };
}
