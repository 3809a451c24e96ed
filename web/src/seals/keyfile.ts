/** Key files (docs/formats.md, section 7): an age identity file with the person's particulars as comments. */

import { type Bytes, fromUtf8, utf8 } from "../crypto/bytes";
import { identityText, seedOfIdentity } from "../crypto/hybrid";
import { RefusedError } from "./errors";
import { isId } from "./ids";

export interface KeyFile {
  readonly firm: string;
  readonly slug: string;
  readonly person: string;
  readonly username: string;
  readonly generation: number;
  readonly root: string;
  readonly seed: Bytes;
  /** Only in the file of the set-up. */
  readonly rootSeed?: Bytes;
  readonly recoverySeed?: Bytes;
}

/** The text of a key file, before a passphrase is put on it. */
export function keyFileText(file: KeyFile): string {
  const lines = [
    "# Siegel key file",
    `# firm: ${file.firm}`,
    `# slug: ${file.slug}`,
    `# person: ${file.person}`,
    `# username: ${file.username}`,
    `# generation: ${file.generation}`,
    `# root: ${file.root}`,
    ...(file.rootSeed === undefined ? [] : [`# siegel-root: ${identityText(file.rootSeed)}`]),
    ...(file.recoverySeed === undefined ? [] : [`# siegel-recovery: ${identityText(file.recoverySeed)}`]),
    identityText(file.seed),
  ];
  return `${lines.join("\n")}\n`;
}

const SIZE_LIMIT = 64 * 1024;

/** Whether the bytes are an age file (under a passphrase) and not yet the text. */
export function isSealedKeyFile(bytes: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  return head.startsWith("age-encryption.org/v1\n") || head.startsWith("-----BEGIN AGE ENCRYPTED FILE-----");
}

/** @throws RefusedError (`not_a_key_file`). */
export function readKeyFile(bytes: Uint8Array): KeyFile {
  if (bytes.length > SIZE_LIMIT) throw notAKeyFile();
  let lines: readonly string[];
  try {
    lines = fromUtf8(bytes)
      .split(/\r?\n/)
      .filter((line) => line !== "");
  } catch {
    throw notAKeyFile();
  }
  const comments = new Map<string, string>();
  for (const line of lines) {
    const comment = /^# ([a-z-]+): (.*)$/.exec(line);
    if (comment?.[1] !== undefined && comment[2] !== undefined) comments.set(comment[1], comment[2]);
  }
  const identities = lines.filter((line) => !line.startsWith("#"));
  const [identity] = identities;
  const firm = comments.get("firm") ?? "";
  const person = comments.get("person") ?? "";
  const generation = Number(comments.get("generation"));
  if (identities.length !== 1 || identity === undefined || !isId(firm) || !isId(person)) throw notAKeyFile();
  if (!Number.isSafeInteger(generation) || generation < 1) throw notAKeyFile();
  return {
    firm,
    person,
    generation,
    slug: comments.get("slug") ?? "",
    username: comments.get("username") ?? "",
    root: comments.get("root") ?? "",
    seed: seedOf(identity),
    ...(comments.has("siegel-root") ? { rootSeed: seedOf(comments.get("siegel-root") ?? "") } : {}),
    ...(comments.has("siegel-recovery")
      ? { recoverySeed: seedOf(comments.get("siegel-recovery") ?? "") }
      : {}),
  };
}

/** The bytes of a key file's text, to be put under a passphrase. */
export function keyFileBytes(file: KeyFile): Bytes {
  return utf8(keyFileText(file));
}

function seedOf(identity: string): Bytes {
  try {
    return seedOfIdentity(identity);
  } catch {
    throw notAKeyFile();
  }
}

function notAKeyFile(): RefusedError {
  return new RefusedError("not_a_key_file", "this is no Siegel key file, or it is damaged");
}
