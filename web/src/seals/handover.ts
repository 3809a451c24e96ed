/** The signed list of a package for another firm (docs/formats.md, "Package for another firm"). */

import { toBase64url } from "../crypto/base64";
import { join, utf8 } from "../crypto/bytes";
import type { Value } from "../crypto/canonical";
import { isUsableRecipient } from "../crypto/hybrid";
import { demand, hashOf, type Kind, readSigned, read as readUnverified, signDocument } from "./documents";
import { IntegrityError, RefusedError } from "./errors";
import {
  type Fields,
  hash,
  id,
  integer,
  listOf,
  orNull,
  type Read,
  readFields,
  recipient,
  text,
  time,
  unb64,
} from "./fields";
import { type HolderKeys, keyId } from "./keys";
import { checkName } from "./rows";

/** A file of the package: where it lies in it, its folders and name in the dossier, and what its row said. */
export interface Listed {
  readonly content_hash: string;
  readonly created: number | null;
  readonly file: string;
  readonly modified: number | null;
  readonly path: readonly string[];
  readonly size: number;
  readonly type: string;
}

export interface Dossier {
  readonly client_name: string;
  readonly client_number: string;
  readonly title: string;
}

export interface Package {
  readonly created: number;
  readonly dossier: Dossier;
  readonly files: readonly Listed[];
  readonly firm: string;
  readonly recipient: string;
  readonly recipient_of_sender: string;
  readonly sender: string;
  readonly signing_key: string;
  readonly vault: string;
}

export const INDEX = "index.json.age";
export const PAGE = "index.html.age";
/** A name as files of a package have it. */
export const PACKED = /^[0-9]{4,10}\.age$/;
const MAX_CARD = 64 << 10;

const name: Read<string> = (...field) => checkName(text(...field));

const packed: Read<string> = (value, field, whole) => {
  const word = text(value, field, whole);
  demand(PACKED.test(word), `${field}: a file that does not lie in the package`);
  return word;
};

const path: Read<readonly string[]> = (value, field, whole) => {
  const names = listOf(name)(value, field, whole);
  demand(names.length > 0, `${field} is empty`);
  return names;
};

const LISTED: Fields<Listed> = {
  content_hash: hash,
  created: orNull(time),
  file: packed,
  modified: orNull(time),
  path,
  size: integer(0),
  type: text,
};

const DOSSIER: Fields<Dossier> = { client_name: text, client_number: text, title: text };

const PACKAGE: Kind<Package> = {
  namespace: "siegel-handover@v1",
  fields: {
    created: time,
    dossier: (value, field) => readFields(value, DOSSIER, field),
    files: listOf((value, field) => readFields(value, LISTED, field)),
    firm: id,
    recipient,
    recipient_of_sender: recipient,
    sender: id,
    signing_key: hash,
    vault: id,
  },
  rules({ files }) {
    const paths = new Set(files.map((one) => JSON.stringify(one.path)));
    const names = new Set(files.map(({ file }) => file));
    demand(paths.size === files.length && names.size === files.length, "a file is listed twice");
  },
};

/** The words of a card stand for this: two people compare it. */
export function recipientHash(recipientText: string): string {
  return hashOf(join("siegel-handover@v1", recipientText));
}

/** What ends a line somewhere, and is none of our line ends: behind it a name could begin a line of its own. */
const HIDDEN_ENDS = /[^\P{Cc}\n\t]|[\u2028\u2029]/u;

/** A card's text: the heading, the words, the recipient. A name in the heading begins no line of its own. */
export function cardOf(heading: string, words: string, recipientText: string): string {
  return `# ${heading.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}\n# ${words}\n${recipientText}\n`;
}

/**
 * The one recipient in what somebody sent, typed or read off a QR code: `age1pq…` alone, or a card with it.
 * @throws RefusedError (`not_a_card`), also where it names several.
 */
export function recipientOn(card: string): string {
  const text = card.slice(0, MAX_CARD).replaceAll("\r\n", "\n");
  const lines = text.split("\n").map((line) => line.trim());
  const found = lines.filter((line) => line.toLowerCase().startsWith("age1"));
  // A QR code holds it in capitals; mixed ones are not bech32.
  const one = found[0]?.toUpperCase() === found[0] ? found[0]?.toLowerCase() : found[0];
  if (found.length !== 1 || one === undefined || HIDDEN_ENDS.test(text) || !isUsableRecipient(one))
    throw new RefusedError("not_a_card", "not one hybrid recipient");
  return one;
}

/** The sealed list's contents, and the hash that the log gets. */
export async function signPackage(fields: Package, keys: HolderKeys) {
  const { bytes, sig } = await signDocument(PACKAGE, fields, keys.signing);
  const envelope = utf8(JSON.stringify({ bytes: toBase64url(bytes), sig: toBase64url(sig) }));
  return { envelope, hash: hashOf(bytes) };
}

/**
 * The list, its signature verified by the key that it names: whose that is, people compare by `sender`, a kid.
 * @throws IntegrityError; RefusedError (`package_foreign`) where it was made for another recipient.
 */
export async function readPackage(envelope: Uint8Array, own: string) {
  const { bytes, sig } = readFields(
    parsed(envelope),
    { bytes: binary, sig: binary } satisfies Fields<{ bytes: Uint8Array; sig: Uint8Array }>,
    "package",
  );
  const { signing_key, recipient_of_sender } = readUnverified(PACKAGE, bytes);
  const fields = await readSigned(PACKAGE, { bytes, sig }, signing_key);
  if (fields.recipient !== own) throw new RefusedError("package_foreign", "packed for somebody else");
  return { fields, hash: hashOf(bytes), sender: keyId(unb64(signing_key, 32), recipient_of_sender) };
}

const binary: Read<ReturnType<typeof unb64>> = (value) => unb64(typeof value === "string" ? value : "!");

/** The envelope is plain JSON; what it holds is canonical. */
function parsed(envelope: Uint8Array): Value {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(envelope)) as Value;
  } catch {
    throw new IntegrityError("not_canonical", "the list is no JSON");
  }
}
