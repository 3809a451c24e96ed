/** One-time passwords: their secret is made here, shown once as QR code, and sealed by the server. */

import { base32 } from "@scure/base";
import { toBase64url } from "../crypto/base64";
import { type Bytes, randomBytes } from "../crypto/bytes";
import { api, type Session } from "../wire/api";
import type { Proven } from "./access";
import { presentKeys } from "./sign_in";

const SECRET_BYTES = 20;

export interface OneTimeSecret {
  readonly bytes: Bytes;
  /** Base32, as apps take it when it is typed. */
  readonly text: string;
  /** What the QR code holds (the format of Google Authenticator, which all apps read). */
  readonly address: string;
}

/** A new secret for one-time passwords; `firm` and `username` are what the app shows. */
export function newOneTimeSecret(firm: string, username: string): OneTimeSecret {
  const bytes = randomBytes(SECRET_BYTES);
  const text = base32.encode(bytes);
  const [issuer, account] = [firm.replaceAll(":", " "), username].map(encodeURIComponent);
  return { bytes, text, address: `otpauth://totp/${issuer}:${account}?secret=${text}&issuer=${issuer}` };
}

/** Recovery codes, to be kept now: nobody can show them again. @throws WireError (`code_refused`). */
export async function addSecondFactor(
  { proof }: Proven,
  secret: OneTimeSecret,
  code: string,
): Promise<readonly string[]> {
  const answer = await api.addSecondFactor({ proof, secret: toBase64url(secret.bytes), code });
  return answer.recovery_codes;
}

/** @throws WireError (`sign_in_refused`, `code_refused`). */
export async function removeSecondFactor(session: Session, password: string, code: string): Promise<void> {
  await api.removeSecondFactor(await authKey(session, password), code);
}

/** Ten new codes in the place of those before. @throws WireError (`sign_in_refused`, `code_refused`). */
export async function renewRecoveryCodes(
  session: Session,
  password: string,
  code: string,
): Promise<readonly string[]> {
  const answer = await api.renewRecoveryCodes(await authKey(session, password), code);
  return answer.recovery_codes;
}

async function authKey({ firm, person }: Session, password: string): Promise<string> {
  const { authentication } = await presentKeys(firm.slug, person.username, password);
  return toBase64url(authentication);
}
