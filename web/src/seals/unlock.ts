/** The unlock wrap: a person's seed under the wrapping key of the password (docs/formats.md, sections 5 and 6). */

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64url, toBase64url } from "../crypto/base64";
import { type Bytes, concat, equal, join, randomBytes, utf8 } from "../crypto/bytes";
import { hkdf } from "../crypto/hkdf";
import { IntegrityError, RefusedError, UnlockError } from "./errors";
import { aesKey } from "./keys";

/** The only Argon2id parameters a client works with: floor and ceiling in one. */
export const PASSWORD_PARAMS = { m_kib: 65536, t: 3, p: 1 } as const;

const NONCE_SIZE = 12;

interface PasswordKeys {
  readonly authentication: Bytes;
  readonly wrapping: Bytes;
}

/** Salt of Argon2id. `s`: 32 bytes per credential. */
export function passwordSalt(firm: string, username: string, s: Uint8Array): Bytes {
  return new Uint8Array(sha256(join("siegel-pw@v1", firm, username, s)));
}

/** The two keys of what Argon2id gave. */
export function passwordKeys(stretched: Bytes): PasswordKeys {
  return { authentication: hkdf(stretched, "siegel-auth@v1"), wrapping: hkdf(stretched, "siegel-wrap@v1") };
}

/** @throws RefusedError (`weak_parameters`) when the server asks for anything but the fixed parameters. */
export function requireParams(params: { m_kib: number; t: number; p: number }): void {
  const { m_kib, t, p } = PASSWORD_PARAMS;
  if (params.m_kib !== m_kib || params.t !== t || params.p !== p) {
    throw new RefusedError("weak_parameters", "the server asks for other password parameters");
  }
}

/** What a wrap holds: the seed, whose it is, and the root that was pinned with it. */
export interface Unlocked {
  readonly seed: Bytes;
  readonly person: string;
  readonly generation: number;
  readonly root: string;
}

/** What every passkey's pseudo-random function is evaluated at: a constant, so that nobody has to remember it. */
export const PRF_INPUT = utf8("siegel-prf@v1");
const PASSWORD = "password";

/** The unlocking method of one passkey, by its credential's id: its wrap opens as no other's. */
export function passkeyMethod(credentialId: Uint8Array): string {
  return `passkey:${toBase64url(sha256(credentialId))}`;
}

/** The wrapping key of what a passkey's function gave for `PRF_INPUT` (32 bytes). */
export function passkeyWrappingKey(prf: Bytes): Bytes {
  return hkdf(prf, "siegel-passkey-wrap@v1");
}

function associatedData(firm: string, person: string, method: string): Bytes {
  return join("siegel-unlock@v1", firm, person, method);
}

/** `method`: `password`, or of a passkey `passkeyMethod`. */
export async function sealUnlock(
  wrapping: Bytes,
  firm: string,
  unlocked: Unlocked,
  method: string = PASSWORD,
): Promise<Bytes> {
  const { seed, person, generation, root } = unlocked;
  const iv = randomBytes(NONCE_SIZE);
  const plaintext = join(seed, person, String(generation), fromBase64url(root));
  const parameters = { name: "AES-GCM", iv, additionalData: associatedData(firm, person, method) };
  return concat(
    iv,
    new Uint8Array(await crypto.subtle.encrypt(parameters, await aesKey(wrapping), plaintext)),
  );
}

/** @throws UnlockError (`wrong_password`) when the key does not open the wrap, IntegrityError (`unlock_invalid`). */
export async function openUnlock(
  wrapping: Bytes,
  firm: string,
  person: string,
  wrap: Bytes,
  method: string = PASSWORD,
): Promise<Unlocked> {
  const parameters = {
    name: "AES-GCM",
    iv: wrap.subarray(0, NONCE_SIZE),
    additionalData: associatedData(firm, person, method),
  };
  let plaintext: Bytes;
  try {
    plaintext = new Uint8Array(
      await crypto.subtle.decrypt(parameters, await aesKey(wrapping), wrap.subarray(NONCE_SIZE)),
    );
  } catch {
    throw new UnlockError("wrong_password", "the wrap does not open with this password or passkey");
  }
  return unlockedFrom(plaintext, person);
}

/** @throws IntegrityError (`unlock_invalid`) unless it is exactly what `sealUnlock` would write for this person. */
function unlockedFrom(plaintext: Bytes, person: string): Unlocked {
  const fault = new IntegrityError("unlock_invalid", "the wrap opens to something of another form");
  const [seed, owner, generation, root, ...more] = split(plaintext, fault);
  if (seed?.length !== 32 || root?.length !== 32 || more.length > 0) throw fault;
  if (owner === undefined || !equal(owner, new TextEncoder().encode(person))) throw fault;
  const number = new TextDecoder("latin1").decode(generation);
  if (!/^[1-9][0-9]{0,15}$/.test(number)) throw fault;
  return { seed, person, generation: Number(number), root: toBase64url(root) };
}

/** The fields of a join. @throws fault where it is none. */
export function split(bytes: Bytes, fault: IntegrityError): readonly Bytes[] {
  const fields: Bytes[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw fault;
    const end = at + 4 + view.getUint32(at);
    if (end > bytes.length) throw fault;
    fields.push(bytes.slice(at + 4, end));
    at = end;
  }
  return fields;
}
