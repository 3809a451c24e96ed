/** Verifier keys (vkeys) of C2SP signed-note and tlog-cosignature: a name, a type and an Ed25519 public key. */

import { type Bytes, concat, equal, fromHex, utf8 } from "../crypto/bytes";
import { isSignedBy } from "./ed25519";
import { must, parsed } from "./errors";
import { fromPadded, isLine } from "./text";

/** Signature type: Ed25519 over the text of a note. Logs sign so. */
const ED25519 = 0x01;
/** Signature type: Ed25519 over a time and the text of a checkpoint. Witnesses sign so. */
const COSIGNATURE = 0x04;
const TIME_SIZE = 8;

export interface VerifierKey {
  readonly name: string;
  readonly signatureType: number;
  readonly publicKey: Bytes;
  /** Four bytes that tell keys of one name apart; they prove nothing. */
  readonly keyId: Bytes;
}

/** From `<name>+<key id in hex>+<type and public key in base64>`. @throws TlogError `tlog.key` */
export async function parseVerifierKey(text: string): Promise<VerifierKey> {
  const [, name = "", id = "", material = ""] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  must(isKeyName(name), "tlog.key", "not a verifier key, or a name with spaces or control characters");
  const typed = parsed("tlog.key", () => fromPadded(material));
  const [signatureType = 0] = typed;
  const isKnown = (signatureType === ED25519 || signatureType === COSIGNATURE) && typed.length === 33;
  must(isKnown, "tlog.key", "not an Ed25519 key of type 1 or 4");
  const digest = await crypto.subtle.digest("SHA-256", concat(utf8(`${name}\n`), typed));
  const keyId = new Uint8Array(digest).slice(0, 4);
  must(equal(keyId, fromHex(id)), "tlog.key", "the key id is not that of the key");
  return { name, signatureType, publicKey: typed.slice(1), keyId };
}

/** The time that a signature over the text states (seconds since 1970), null if it is of a type that states none. */
export async function verifySignature(
  key: VerifierKey,
  signature: Bytes,
  text: string,
): Promise<number | null> {
  const isCosignature = key.signatureType === COSIGNATURE;
  must(
    !isCosignature || signature.length > TIME_SIZE,
    "tlog.signature",
    "too short for a time and a signature",
  );
  const time = isCosignature
    ? Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
    : null;
  must(time === null || Number.isSafeInteger(time), "tlog.signature", "the time of a signature is too large");
  const message = time === null ? text : `cosignature/v1\ntime ${time}\n${text}`;
  const bare = time === null ? signature : signature.slice(TIME_SIZE);
  const holds = await isSignedBy(key.publicKey, utf8(message), bare);
  must(holds, "tlog.signature", `the signature of ${key.name} does not fit the text`);
  return time;
}

export function isKeyName(text: string): boolean {
  return isLine(text) && !/[+\p{White_Space}]/u.test(text);
}
