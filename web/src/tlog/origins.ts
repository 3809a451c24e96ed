/**
 * When a log begins anew after a restore: how one origin follows another, and what whoever held the older one can still
 * tell. The same as `siegel.seals.log_origins`; docs/formats.md, section 4.
 */

import { fromBase64url } from "../crypto/base64";
import { type Bytes, equal, fromUtf8, utf8 } from "../crypto/bytes";
import { type Checkpoint, parseCheckpoint, verifyGrowth } from "./checkpoint";
import { must, parsed, TlogError } from "./errors";
import { parseVerifierKey, type VerifierKey } from "./keys";
import { parseNote, verifyNote } from "./note";
import { entryHash, verifyInclusion } from "./tree";

const BEGUN_KIND = "base.log_begun_anew";
const NUMBERED = /^(.+)\/([2-9]|[1-9][0-9]{1,5})$/u;

/** A new origin as the server shows it; binaries base64url; leaf null: a later restore took its first entry. */
export interface ShownBeginning {
  readonly key: string;
  /** The key of the origin before. */
  readonly before: string;
  readonly checkpoint: string;
  readonly leaf: string | null;
  readonly included: readonly string[];
  readonly grown: readonly string[];
}

interface Beginning {
  readonly key: VerifierKey;
  readonly opening: Checkpoint;
  readonly shown: ShownBeginning;
}

/** What the first entry of a new origin says: what it kept of the old one, and how the old ones ended. */
export interface Statement {
  readonly kept: number;
  readonly ended: readonly Checkpoint[];
}

/** Of `known` entries all behind `kept` are gone; hidden: the new origin does not own up to it. */
export interface Loss {
  readonly known: number;
  readonly kept: number;
  readonly isHidden: boolean;
}

/** The origin that follows. */
function successor(origin: string): string {
  const [, name, number] = NUMBERED.exec(origin) ?? [];
  return name === undefined ? `${origin}/2` : `${name}/${Number(number) + 1}`;
}

/**
 * Those that follow the origin of this key, which is the one believed: each opening signed by the key before and its own.
 * @throws TlogError
 */
export async function passed(
  key: VerifierKey,
  begun: readonly ShownBeginning[],
): Promise<readonly Beginning[]> {
  const followed: Beginning[] = [];
  let before = key;
  for (const shown of begun) {
    const own = await parseVerifierKey(shown.key);
    if (own.name !== successor(before.name)) continue;
    const note = parseNote(utf8(shown.checkpoint));
    const signers = await verifyNote(note, [before, own]);
    must(signers.size === 2, "tlog.unsigned", "not signed by the keys of both origins");
    const opening = parseCheckpoint(note.text);
    must(opening.origin === own.name, "tlog.origin", "the opening is another log's");
    followed.push({ key: own, opening, shown });
    before = own;
  }
  return followed;
}

/** Its opening taken apart, its signatures not verified. @throws TlogError */
export function beginningOf(shown: ShownBeginning): Pick<Beginning, "opening" | "shown"> {
  return { opening: parseCheckpoint(parseNote(utf8(shown.checkpoint)).text), shown };
}

/** What the first entries of these origins say, each proven to stand in the newest head. @throws TlogError */
export async function statements(
  begun: readonly Pick<Beginning, "opening" | "shown">[],
  newest: Checkpoint,
): Promise<readonly Statement[]> {
  const said: Statement[] = [];
  for (const { opening, shown } of begun) {
    if (shown.leaf === null) continue;
    const leaf = fromBase64url(shown.leaf);
    const { origin, size } = opening;
    const statement = parsed("tlog.checkpoint", () => parseStatement(leaf, origin));
    verifyInclusion(
      await entryHash(leaf),
      size - 1,
      newest.size,
      shown.included.map(fromBase64url),
      newest.root,
    );
    verifyGrowth({ ...opening, origin: newest.origin }, newest, shown.grown.map(fromBase64url));
    said.push(statement);
  }
  return said;
}

/**
 * What the holder of a head of an older origin has lost; null if all that he knew is in the newest head. `isOfIts`: which
 * origins the head may be of, should that not be known.
 *
 * @throws TlogError: as `verifyGrowth` if none states where it was cut, or what is said to be kept is another past than
 * the one held.
 */
export function compare(
  held: Checkpoint,
  newest: Checkpoint,
  proof: readonly Uint8Array[],
  said: readonly Statement[],
  isOfIts: (origin: string) => boolean = (origin) => origin === held.origin,
): Loss | null {
  try {
    verifyGrowth({ ...held, origin: newest.origin }, newest, proof);
    return null;
  } catch (error) {
    const kept = Math.min(...said.map((one) => one.kept));
    if (!(error instanceof TlogError) || held.size <= kept || said.length === 0) throw error;
    const cited = said.flatMap(({ ended }) => ended).filter(({ origin }) => isOfIts(origin));
    const isCited = cited.some(
      ({ size, root }) => held.size < size || (held.size === size && equal(held.root, root)),
    );
    return { known: held.size, kept, isHidden: !isCited };
  }
}

function parseStatement(leaf: Bytes, origin: string): Statement {
  const { about, kind } = JSON.parse(fromUtf8(leaf)) as Record<string, unknown> & { about: About };
  const ended = about.ended.map(({ log, size, root }) => ({
    origin: log,
    size: whole(size),
    root: fromBase64url(root),
  }));
  must(kind === BEGUN_KIND && about.origin === origin && ended.length > 0, "tlog.origin", "another entry");
  return { kept: whole(about.kept.size), ended };
}

interface About {
  readonly origin: unknown;
  readonly kept: { readonly size: unknown };
  readonly ended: readonly { log: string; size: unknown; root: string }[];
}

function whole(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new Error("no whole number");
  return value;
}
