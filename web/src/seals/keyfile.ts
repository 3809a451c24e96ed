/** Key files (docs/formats.md, section 7): an age identity file with the person's particulars as comments. */

import { fromArmor } from "../crypto/armor";
import { type Bytes, fromUtf8, utf8 } from "../crypto/bytes";
import { CryptoError } from "../crypto/errors";
import { identityText, seedOfIdentity } from "../crypto/hybrid";
import { IntegrityError, must, SealError, UnlockError } from "./errors";
import { unb64 } from "./fields";
import { checkId } from "./ids";

const TITLE = "# Siegel key file";

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
    TITLE,
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
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

/** Whether the bytes are an age file (under a passphrase) and not yet the text. */
export function needsPassphrase(bytes: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, SIZE_LIMIT)).trimStart();
  return head.startsWith("age-encryption.org/") || head.startsWith(ARMOR);
}

/** The bytes of an age file, its armor taken off if it has one. @throws IntegrityError (`key_file_damaged`). */
export function withoutArmor(file: Bytes): Bytes {
  const armored = new TextDecoder("latin1").decode(file).trimStart();
  if (!armored.startsWith(ARMOR)) return file;
  try {
    return fromArmor(armored);
  } catch {
    throw new IntegrityError("key_file_damaged", "the armor of the key file is damaged");
  }
}

/** The key file in `bytes`, which are under no passphrase (any more). @throws UnlockError (`not_a_key_file`). */
export function readKeyFile(bytes: Uint8Array): KeyFile {
  try {
    must(bytes.length <= SIZE_LIMIT, "not_a_key_file", "too large");
    return keyFileOf(fromUtf8(bytes).replaceAll("\r\n", "\n").split("\n"));
  } catch (error) {
    if (error instanceof SealError || error instanceof CryptoError) throw notAKeyFile();
    throw error;
  }
}

function keyFileOf(lines: readonly string[]): KeyFile {
  must(lines[0] === TITLE, "not_a_key_file", "another first line");
  const comments = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^# ([a-z-]+): (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) comments.set(name, value);
  }
  const [identity, ...more] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  must(identity !== undefined && more.length === 0, "not_a_key_file", "not one identity");
  const comment = (name: string): string => {
    const value = comments.get(name);
    must(value !== undefined, "not_a_key_file", `${name} is missing`);
    return value;
  };
  const root = comment("root");
  unb64(root, 32);
  const [rootSeed, recoverySeed] = [comments.get("siegel-root"), comments.get("siegel-recovery")];
  return {
    firm: checkId(comment("firm")),
    slug: comment("slug"),
    person: checkId(comment("person")),
    username: comment("username"),
    generation: generationOf(comment("generation")),
    root,
    seed: seedOfIdentity(identity),
    ...(rootSeed === undefined ? {} : { rootSeed: seedOfIdentity(rootSeed) }),
    ...(recoverySeed === undefined ? {} : { recoverySeed: seedOfIdentity(recoverySeed) }),
  };
}

function generationOf(text: string): number {
  must(/^[1-9][0-9]{0,8}$/.test(text), "not_a_key_file", "generation is no number");
  return Number(text);
}

/** The bytes of a key file's text, to be put under a passphrase. */
export function keyFileBytes(file: KeyFile): Bytes {
  return utf8(keyFileText(file));
}

function notAKeyFile(): UnlockError {
  return new UnlockError("not_a_key_file", "this is no key file of Siegel, or it is damaged");
}
