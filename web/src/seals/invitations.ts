/** Invitations by letter: id, code and the keys they give (docs/formats.md, section 8). */

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64url } from "../crypto/base64";
import { type Bytes, join, randomBytes } from "../crypto/bytes";
import { hkdf } from "../crypto/hkdf";
import { UnlockError } from "./errors";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_SIZE = 16;
const CODE_LENGTH = 26;
const ID_LENGTH = 8;

/** A random id of 8 characters. */
export function newInvitationId(): string {
  return crockford(randomBytes(5));
}

/** A random code of 128 bits. */
export function newCode(): Bytes {
  return randomBytes(CODE_SIZE);
}

/** Most significant bits first; the bits missing in the last character are zero. */
export function crockford(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** The 16 bytes of a typed or scanned code. @throws UnlockError (`code_invalid`). */
export function codeOf(typed: string): Bytes {
  const characters = readable(typed, CODE_LENGTH);
  const bytes = new Uint8Array(CODE_SIZE);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of characters) {
    held = ((held << 5) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new UnlockError("code_invalid", "its last bits are not zero");
  return bytes;
}

/** An invitation's id as it is stored, however it was typed. @throws UnlockError (`code_invalid`). */
export function invitationIdOf(typed: string): string {
  return readable(typed, ID_LENGTH);
}

/** Capitals, without hyphens and blanks, O as 0, I and L as 1. */
function readable(typed: string, length: number): string {
  const text = typed
    .toUpperCase()
    .replace(/[\s-]+/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  const isWhole = text.length === length && [...text].every((character) => ALPHABET.includes(character));
  if (!isWhole) throw new UnlockError("code_invalid", `not ${length} characters of Crockford base32`);
  return text;
}

/** What the letter's QR code holds: the code stands in the fragment, which no browser sends. */
export function letterLink(server: string, id: string, code: Bytes): string {
  return `${server}/e/${id}#${crockford(code)}`;
}

/** The code in groups of four, as printed. */
export function grouped(code: Bytes): string {
  return (crockford(code).match(/.{1,4}/g) ?? []).join("-");
}

/** The seed an invitation's keys come from; the root is part of it, so the code authenticates the root. */
export function invitationSeed(code: Bytes, firm: string, id: string, root: string): Bytes {
  const salt = new Uint8Array(sha256(join("siegel-invite@v1", firm, id, fromBase64url(root))));
  return hkdf(code, "siegel-invite-seed@v1", 32, salt);
}
