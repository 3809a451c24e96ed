/**
 * Epochs of a vault: a seed, sealed to everyone who belongs (docs/formats.md, sections 3 and 5).
 *
 * A new epoch begins when somebody must no longer read what is to come. Its seed also opens the epoch before it.
 */

import { openSmall, sealSmall } from "../crypto/age";
import { type Bytes, randomBytes } from "../crypto/bytes";
import { NoMatchError } from "../crypto/errors";
import { parseHeader, splitFile } from "../crypto/header";
import { sealedSize } from "../crypto/payload";
import type { VaultChain } from "./chain";
import { EPOCH, type Signed, sameHash, signDocument } from "./documents";
import { IntegrityError, must, RefusedError, UnlockError } from "./errors";
import { type EpochKeys, epochKeys, type HolderKeys } from "./keys";
import type { EffectiveHolder } from "./members";

const SEED_SIZE = 32;
/** One hybrid stanza of about 1.7 KiB, its MAC, and a payload of 32 bytes. */
const MAX_WRAP_SIZE = 4096;

export interface Wrap {
  /** kid of the holder. */
  readonly key: string;
  readonly age: Bytes;
}

interface NewEpoch {
  readonly epoch: Signed;
  readonly seed: Bytes;
  readonly wraps: readonly Wrap[];
}

interface EpochPlace {
  readonly firm: string;
  readonly vault: string;
  readonly epoch: number;
  readonly previous: string | null;
  readonly roster: string;
}

/** A new seed, signed for and wrapped to exactly these holders. */
export async function beginEpoch(
  place: EpochPlace,
  holders: readonly { readonly key: string; readonly recipient: string }[],
  author: HolderKeys,
): Promise<NewEpoch> {
  const seed = randomBytes(SEED_SIZE);
  const { recipient } = await epochKeys(seed);
  const epoch = await signDocument(EPOCH, { ...place, author: author.kid, recipient }, author.signing);
  const wraps = await Promise.all(
    holders.map(async (holder) => ({ key: holder.key, age: await sealSmall(seed, [holder.recipient]) })),
  );
  return { epoch, seed, wraps };
}

/** The next epoch of a vault, its predecessor's seed sealed to it. */
export async function nextEpoch(
  chain: VaultChain,
  previousSeed: Bytes,
  author: HolderKeys,
): Promise<NewEpoch & { readonly previousSeed: Bytes }> {
  const { firm, vault, epoch: last, rosterHash } = chain;
  must(rosterHash !== null, "record_shape", "the chain has not begun");
  const place = { firm, vault, epoch: last.epoch + 1, previous: last.hash, roster: rosterHash };
  const next = await beginEpoch(place, chain.holders().map(recipientOf), author);
  const { recipient } = await epochKeys(next.seed);
  return { ...next, previousSeed: await sealSmall(previousSeed, [recipient]) };
}

/** kid and recipient of a holder. @throws RefusedError (`no_recipient`) for a key that only signs. */
export function recipientOf({ key, certificate }: Pick<EffectiveHolder, "certificate" | "key">): {
  key: string;
  recipient: string;
} {
  if (certificate.recipient === null) {
    throw new RefusedError("no_recipient", "nothing is sealed to a key without a recipient");
  }
  return { key, recipient: certificate.recipient };
}

/**
 * The seed in a wrap, which must give the recipient that the epoch's author signed.
 * @throws UnlockError (`wrap_not_ours`), IntegrityError (`wrap_invalid`, `wrap_foreign_seed`).
 */
export async function openSeed(wrap: Bytes, identity: string, recipient: string): Promise<Bytes> {
  checkWrap(wrap);
  let seed: Bytes;
  try {
    seed = await openSmall(wrap, identity);
  } catch (error) {
    if (error instanceof NoMatchError) throw new UnlockError("wrap_not_ours", "the wrap is not for this key");
    throw new IntegrityError("wrap_invalid", "the wrap does not open");
  }
  const given = (await epochKeys(seed)).recipient;
  must(sameHash(given, recipient), "wrap_foreign_seed", "the wrap holds another seed than the epoch's");
  return seed;
}

/** One hybrid stanza and 32 bytes, nothing else. @throws IntegrityError (`wrap_invalid`). */
function checkWrap(wrap: Bytes): void {
  must(wrap.length <= MAX_WRAP_SIZE, "wrap_invalid", "a wrap is larger than any wrap");
  let kinds: readonly (string | undefined)[];
  let payloadSize: number;
  try {
    const { header, payload } = splitFile(wrap);
    kinds = parseHeader(header).stanzas.map(({ args }) => args[0]);
    payloadSize = payload.length;
  } catch {
    throw new IntegrityError("wrap_invalid", "a wrap is no age file");
  }
  const isWhole =
    kinds.length === 1 && kinds[0] === "mlkem768x25519" && payloadSize === sealedSize(SEED_SIZE);
  must(isWhole, "wrap_invalid", "a wrap has one hybrid stanza and 32 bytes");
}

/** The seeds of the epochs a person can open, kept for the life of the page. */
export class EpochSeeds {
  private readonly seeds = new Map<number, Bytes>();
  private readonly keys = new Map<number, EpochKeys>();
  private readonly wraps = new Map<number, Bytes>();
  private readonly chain: VaultChain;
  private readonly identity: string;

  constructor(chain: VaultChain, identity: string) {
    this.chain = chain;
    this.identity = identity;
  }

  addWrap(epoch: number, age: Bytes): void {
    this.wraps.set(epoch, age);
  }

  async keysOf(epoch: number): Promise<EpochKeys> {
    const known = this.keys.get(epoch);
    if (known !== undefined) return known;
    const keys = await epochKeys(await this.seedOf(epoch));
    this.keys.set(epoch, keys);
    return keys;
  }

  /** By the person's own wrap, else by way of the next epoch. @throws IntegrityError (`wrap_missing`), or as `openSeed`. */
  async seedOf(epoch: number): Promise<Bytes> {
    const known = this.seeds.get(epoch);
    if (known !== undefined) return known;
    const seed = await this.opened(epoch);
    this.seeds.set(epoch, seed);
    return seed;
  }

  private async opened(epoch: number): Promise<Bytes> {
    const signed = this.chain.epochs.get(epoch);
    must(signed !== undefined, "wrap_missing", "there is no such epoch");
    const own = this.wraps.get(epoch);
    if (own !== undefined) return openSeed(own, this.identity, signed.recipient);
    const next = this.chain.epochs.get(epoch + 1);
    must(next?.previousSeed != null, "wrap_missing", "no key leads to this epoch");
    const { identity } = await this.keysOf(epoch + 1);
    return openSeed(new Uint8Array(next.previousSeed), identity, signed.recipient);
  }
}
