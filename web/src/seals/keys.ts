/** What a 32-byte seed gives (docs/formats.md, section 2). */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { type Bytes, join } from "../crypto/bytes";
import { type SigningKey, signingKeyFromSeed } from "../crypto/ed25519";
import { hkdf } from "../crypto/hkdf";
import { identityText, recipientFromSeed, recipientText } from "../crypto/hybrid";
import { hashOf } from "./documents";

/** The unlocked keys of a person, an invitation or the recovery. */
export interface HolderKeys {
  readonly kid: string;
  readonly signing: SigningKey;
  /** b64 of the Ed25519 public key. */
  readonly signingKey: string;
  /** `AGE-SECRET-KEY-PQ-1…` */
  readonly identity: string;
  readonly recipient: string;
}

/** Keys that only sign: root, scanner, service. */
export type SigningKeys = Pick<HolderKeys, "kid" | "signing" | "signingKey">;

/**
 * Key id of a holder, b64; of the root it is called fingerprint. `recipient` is null for keys that only sign, `signingKey`
 * empty for a team's, which signs nothing.
 */
export function keyId(signingKey: Uint8Array, recipient: string | null): string {
  return hashOf(join("siegel-key@v1", signingKey, recipient ?? ""));
}

const PRINT_BYTES = 6;

/** The beginning of a key id as people compare it at a glance: "A91C 04F7 22D0". */
export function printOf(kid: string): string {
  const hex = [...fromBase64url(kid).subarray(0, PRINT_BYTES)].map((byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return (hex.join("").toUpperCase().match(/.{4}/g) ?? []).join(" ");
}

export async function signingKeys(seed: Bytes): Promise<SigningKeys> {
  const signing = await signingKeyFromSeed(hkdf(seed, "siegel-sign@v1"));
  return { kid: keyId(signing.publicKey, null), signing, signingKey: toBase64url(signing.publicKey) };
}

export async function holderKeys(seed: Bytes): Promise<HolderKeys> {
  const { signing, signingKey } = await signingKeys(seed);
  const identity = identityText(seed);
  const recipient = recipientText(recipientFromSeed(seed));
  return { kid: keyId(signing.publicKey, recipient), signing, signingKey, identity, recipient };
}

/** What a vault epoch's seed gives: the contents identity and the key of the rows. */
export interface EpochKeys {
  readonly identity: string;
  readonly recipient: string;
  readonly rowKey: CryptoKey;
}

export async function epochKeys(seed: Bytes): Promise<EpochKeys> {
  const contents = hkdf(seed, "siegel-contents@v1");
  const rowKey = await aesKey(hkdf(seed, "siegel-rows@v1"));
  return { identity: identityText(contents), recipient: recipientText(recipientFromSeed(contents)), rowKey };
}

/** A non-extractable AES-256-GCM key. */
export function aesKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** The commitment of a file key, b64: ChaCha20-Poly1305 alone does not commit to its key. */
export function commitmentOf(fileKey: Bytes): string {
  return toBase64url(hkdf(fileKey, "siegel-file-key@v1"));
}
