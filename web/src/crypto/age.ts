/**
 * age v1 (C2SP age) for hybrid recipients: headers, and whole files of a few bytes.
 *
 *     header    one stanza per recipient, each holding the 16-byte file key, and a MAC under that key
 *     payload   the contents under the file key (`payload.ts`)
 *
 * Recipients are post-quantum hybrid only; classic ones are neither written nor opened. Whatever is written
 * here opens with any age of version 1.3 or later.
 */

import { toBase64 } from "./base64";
import { type Bytes, concat, randomBytes } from "./bytes";
import { HeaderError, NoMatchError } from "./errors";
import { decoded, encodeHeader, parseHeader, requireMac, type Stanza, splitFile } from "./header";
import {
  recipientOfText,
  SHARE_SIZE,
  seedOfIdentity,
  unwrapFileKey,
  unwrapFileKeyNatively,
  type WrappedFileKey,
  wrapFileKey,
  wrapFileKeyNatively,
} from "./hybrid";
import { FILE_KEY_SIZE, openPayload, sealPayload } from "./payload";
import { readAll } from "./source";

const HYBRID = "mlkem768x25519";
const BODY_SIZE = FILE_KEY_SIZE + 16;

/** A new random file key. */
export function newFileKey(): Bytes {
  return randomBytes(FILE_KEY_SIZE);
}

/** A header that gives the file key to each of the recipients (`age1pq1…`, one at least). */
export function sealHeader(fileKey: Uint8Array, recipientTexts: readonly string[]): Bytes {
  checkSealing(fileKey, recipientTexts);
  const stanzas = recipientTexts.map((text) => stanzaOf(wrapFileKey(fileKey, recipientOfText(text))));
  return encodeHeader(stanzas, fileKey);
}

/** The same, as fast as the browser can. */
export async function sealHeaderNatively(
  fileKey: Uint8Array,
  recipientTexts: readonly string[],
): Promise<Bytes> {
  checkSealing(fileKey, recipientTexts);
  const wrapped = recipientTexts.map((text) => wrapFileKeyNatively(fileKey, recipientOfText(text)));
  return encodeHeader((await Promise.all(wrapped)).map(stanzaOf), fileKey);
}

function checkSealing(fileKey: Uint8Array, recipientTexts: readonly string[]): void {
  if (fileKey.length !== FILE_KEY_SIZE) throw new HeaderError("a file key has 16 bytes");
  if (recipientTexts.length === 0) throw new HeaderError("a header needs a recipient");
}

function stanzaOf({ share, body }: WrappedFileKey): Stanza {
  return { args: [HYBRID, toBase64(share)], body };
}

/**
 * The file key in a header, which must be nothing but a header.
 *
 * @throws NoMatchError when no stanza is sealed to this identity (`AGE-SECRET-KEY-PQ-1…`); HeaderError when anything
 * is not as the format says, or the MAC is wrong.
 */
export function openHeader(headerBytes: Uint8Array, identity: string): Bytes {
  const header = parseHeader(headerBytes);
  const fileKey = fileKeyFor(seedOfIdentity(identity), header.stanzas);
  requireMac(header, fileKey);
  return fileKey;
}

/** A whole age file of a few bytes, as a wrapped seed is. */
export async function sealSmall(plaintext: Uint8Array, recipientTexts: readonly string[]): Promise<Bytes> {
  const fileKey = newFileKey();
  const header = await sealHeaderNatively(fileKey, recipientTexts);
  return concat(header, await readAll(sealPayload(fileKey, plaintext)));
}

/** The contents of a whole age file of a few bytes, all of it verified. @throws as `openHeader`; PayloadError. */
export async function openSmall(file: Uint8Array, identity: string): Promise<Bytes> {
  const { header, payload } = splitFile(file);
  return readAll(openPayload(openHeader(header, identity), payload));
}

/** As `openHeader`, as fast as the browser can: for many files at once. */
export async function openHeaderNatively(headerBytes: Uint8Array, identity: string): Promise<Bytes> {
  const header = parseHeader(headerBytes);
  const seed = seedOfIdentity(identity);
  for (const { share, body } of hybridStanzas(header.stanzas)) {
    const fileKey = await unwrapFileKeyNatively(share, body, seed);
    if (fileKey === null) continue;
    requireMac(header, fileKey);
    return fileKey;
  }
  throw new NoMatchError("no stanza is sealed to this identity");
}

function fileKeyFor(seed: Uint8Array, stanzas: readonly Stanza[]): Bytes {
  for (const { share, body } of hybridStanzas(stanzas)) {
    const fileKey = unwrapFileKey(share, body, seed);
    if (fileKey) return fileKey;
  }
  throw new NoMatchError("no stanza is sealed to this identity");
}

/** One after the other, so that a malformed one behind the right one is not looked at. */
function* hybridStanzas(stanzas: readonly Stanza[]): Generator<{ share: Bytes; body: Uint8Array }> {
  for (const { args, body } of stanzas) {
    if (args[0] !== HYBRID) continue;
    const share = decoded(args[1] ?? "");
    if (args.length !== 2 || share.length !== SHARE_SIZE || body.length !== BODY_SIZE) {
      throw new HeaderError("malformed hybrid stanza");
    }
    yield { share, body };
  }
}
