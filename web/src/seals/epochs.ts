/**
 * Epochs of a vault: a seed, sealed to everyone who belongs (docs/formats.md, sections 3 and 5).
 *
 * A new epoch begins when somebody must no longer read what is to come. Its seed also opens the epoch before it.
 */

import { openSmall, sealSmall } from "../crypto/age";
import { type Bytes, equal, randomBytes } from "../crypto/bytes";
import type { EffectiveHolder, VaultChain } from "./chain";
import { EPOCH, hashOf, type Signed, signDocument } from "./documents";
import { IntegrityError, must } from "./errors";
import { type EpochKeys, epochKeys, type HolderKeys } from "./keys";

export interface Wrap {
  /** kid of the holder. */
  readonly key: string;
  readonly age: Bytes;
}

export interface NewEpoch {
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
  const seed = randomBytes(32);
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
  must(rosterHash !== null, "no_epoch", "the vault has not begun");
  const place = { firm, vault, epoch: last.epoch + 1, previous: last.hash, roster: rosterHash };
  const next = await beginEpoch(place, chain.holders().map(recipientOf), author);
  const { recipient } = await epochKeys(next.seed);
  return { ...next, previousSeed: await sealSmall(previousSeed, [recipient]) };
}

/** kid and recipient of a holder. @throws IntegrityError for a key that only signs. */
export function recipientOf({ key, certificate }: EffectiveHolder): { key: string; recipient: string } {
  must(certificate.recipient !== null, "wrong_holder", "a key that only signs cannot hold a vault");
  return { key, recipient: certificate.recipient };
}

/** A seed that must give the recipient the epoch's author signed. @throws IntegrityError (`wrong_wrap`). */
export async function openSeed(wrap: Bytes, identity: string, recipient: string): Promise<Bytes> {
  let seed: Bytes;
  try {
    seed = await openSmall(wrap, identity);
  } catch {
    throw new IntegrityError("wrong_wrap", "a wrapped key does not open");
  }
  must(seed.length === 32, "wrong_wrap", "a wrapped key has 32 bytes");
  const given = new TextEncoder().encode((await epochKeys(seed)).recipient);
  must(
    equal(given, new TextEncoder().encode(recipient)),
    "wrong_wrap",
    "a wrapped key is not the one that was signed",
  );
  return seed;
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

  /** By the person's own wrap, else by way of the next epoch. @throws IntegrityError (`no_wrap`, `wrong_wrap`). */
  async seedOf(epoch: number): Promise<Bytes> {
    const known = this.seeds.get(epoch);
    if (known !== undefined) return known;
    const seed = await this.opened(epoch);
    this.seeds.set(epoch, seed);
    return seed;
  }

  private async opened(epoch: number): Promise<Bytes> {
    const signed = this.chain.epochs.get(epoch);
    must(signed !== undefined, "no_wrap", "there is no such epoch");
    const own = this.wraps.get(epoch);
    if (own !== undefined) return openSeed(own, this.identity, signed.recipient);
    const next = this.chain.epochs.get(epoch + 1);
    must(next?.previousSeed != null, "no_wrap", "no key leads to this epoch");
    const { identity } = await this.keysOf(epoch + 1);
    return openSeed(new Uint8Array(next.previousSeed), identity, signed.recipient);
  }
}

/** Hash of an epoch's document, as the next one and its record cite it. */
export function epochHash(epoch: Signed): string {
  return hashOf(epoch.bytes);
}
