/**
 * The age header: the text before a payload, with one stanza per recipient and a MAC (C2SP age, "Header").
 *
 * A header stands apart from its payload: a file has one for its vault and, until the verdict, one for the
 * scanner, both holding the same file key. What the stanzas mean is said in `age.ts`.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, toBase64 } from "./base64";
import { type Bytes, concat, equal, utf8 } from "./bytes";
import { EncodingError, HeaderError } from "./errors";
import { hkdf } from "./hkdf";

/** Far above what any number of recipients of ours needs; a longer header is refused unread. */
export const MAX_HEADER_SIZE = 64 * 1024;

/** The type of a passphrase's stanza, which stands alone or not at all. */
export const SCRYPT = "scrypt";

const VERSION = "age-encryption.org/v1";
/** Base64 characters in a full line of a stanza's body, which are 48 bytes. */
const LINE = 64;
/** " ", 43 characters and a line feed: what follows the "---" up to which the MAC reaches. */
const MAC_TAIL = 45;

export interface Stanza {
  /** The type, then its arguments. */
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Uint8Array;
  /** The bytes under the MAC. */
  readonly untilMac: Uint8Array;
}

export function encodeHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Bytes {
  const texts = stanzas.map(({ args, body }) => `-> ${args.join(" ")}\n${wrapped(toBase64(body))}`);
  const untilMac = utf8(`${VERSION}\n${texts.join("")}---`);
  const header = concat(untilMac, utf8(` ${toBase64(macOf(untilMac, fileKey))}\n`));
  if (header.length > MAX_HEADER_SIZE) throw new HeaderError("too many recipients");
  return header;
}

/** The parts of a header that is nothing but a header. @throws HeaderError unless it is exactly as the format says. */
export function parseHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER_SIZE) throw new HeaderError("the header is too long");
  const lines = asciiText(bytes).split("\n");
  if (lines.shift() !== VERSION) throw new HeaderError("not an age header of version 1");
  if (lines.pop() !== "") throw new HeaderError("the header does not end with a line");
  const macText = /^--- ([A-Za-z0-9+/]{43})$/.exec(lines.pop() ?? "")?.[1];
  if (macText === undefined) throw new HeaderError("malformed MAC line");
  const stanzas: Stanza[] = [];
  while (lines.length > 0) stanzas.push(takeStanza(lines));
  if (stanzas.length === 0) throw new HeaderError("no stanza");
  if (stanzas.length > 1 && stanzas.some(({ args }) => args[0] === SCRYPT)) {
    throw new HeaderError("a passphrase is not the only recipient");
  }
  return { stanzas, mac: decoded(macText), untilMac: bytes.subarray(0, bytes.length - MAC_TAIL) };
}

/** @throws HeaderError unless whoever made the header knew this file key. */
export function requireMac(header: Header, fileKey: Uint8Array): void {
  if (!equal(macOf(header.untilMac, fileKey), header.mac)) throw new HeaderError("the MAC is wrong");
}

/** The two parts of a whole age file. @throws HeaderError when no header ends within the limit. */
export function splitFile(file: Uint8Array): { header: Uint8Array; payload: Uint8Array } {
  const start = new TextDecoder("latin1").decode(file.subarray(0, MAX_HEADER_SIZE));
  const macLine = start.indexOf("\n---");
  const end = start.indexOf("\n", macLine + 1) + 1;
  if (macLine < 0 || end === 0) throw new HeaderError("no end of a header");
  return { header: file.subarray(0, end), payload: file.subarray(end) };
}

/** @throws HeaderError for base64 that is not exactly as it must be. */
export function decoded(text: string): Bytes {
  try {
    return fromBase64(text);
  } catch (error) {
    throw error instanceof EncodingError ? new HeaderError("malformed base64") : error;
  }
}

function macOf(untilMac: Uint8Array, fileKey: Uint8Array): Uint8Array {
  return hmac(sha256, hkdf(fileKey, "header"), untilMac);
}

/** Lines of 64 characters; the last is shorter, and empty where the others are full. */
function wrapped(base64: string): string {
  let lines = "";
  for (let at = 0; at <= base64.length; at += LINE) lines += `${base64.slice(at, at + LINE)}\n`;
  return lines;
}

/** Removes the lines of one stanza. */
function takeStanza(lines: string[]): Stanza {
  const [arrow, ...args] = (lines.shift() ?? "").split(" ");
  if (arrow !== "->" || args.length === 0 || args.includes("")) throw new HeaderError("malformed stanza");
  const parts: Bytes[] = [];
  for (;;) {
    const line = lines.shift();
    if (line === undefined || line.length > LINE) throw new HeaderError("malformed stanza body");
    parts.push(decoded(line));
    if (line.length < LINE) return { args, body: concat(...parts) };
  }
}

/** Header text is printable ASCII, spaces and line feeds. */
function asciiText(bytes: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(bytes);
  if (!/^[\n\x20-\x7e]*$/.test(text)) throw new HeaderError("not ASCII text");
  return text;
}
