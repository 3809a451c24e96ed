/**
 * Epochs of a vault: a seed, sealed to everyone who belongs (docs/formats.md, sections 3 and 5).
 *
 * A new epoch begins when somebody must no longer read what is to come. Its seed also opens the epoch before it.
 */

import { openSmall, sealSmall } from "../crypto/age";
import { type Bytes, concat, equal, randomBytes } from "../crypto/bytes";
import { NoMatchError } from "../crypto/errors";
import { parseHeader, splitFile } from "../crypto/header";
import { sealedSize } from "../crypto/payload";
import type { VaultChain } from "./chain";
import { EPOCH, type Signed, sameHash, signDocument } from "./documents";
import { IntegrityError, must, RefusedError, SealError, UnlockError } from "./errors";
import { type EpochKeys, epochKeys, type HolderKeys } from "./keys";
import { type EffectiveHolder, type Moment, unexpired } from "./members";
import { CLOCK_LEEWAY_S } from "./scanning";

const SEED_SIZE = 32;
/** One hybrid stanza of about 1.7 KiB, its MAC, and a payload of 32 bytes. */
const MAX_WRAP_SIZE = 4096;
/** Seeds that an epoch hands down at most; what is left over follows with the epoch after. */
const MAX_HANDED_DOWN = 64;

export interface Wrap {
  /** kid of the holder. */
  readonly key: string;
  readonly age: Bytes;
}

interface NewEpoch {
  readonly epoch: Signed;
  readonly seed: Bytes;
  readonly recipient: string;
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
  const fields = { ...place, author: author.kid, recipient, sealed_to: holders.map(({ key }) => key).sort() };
  const epoch = await signDocument(EPOCH, fields, author.signing);
  const wraps = await Promise.all(
    holders.map(async (holder) => ({ key: holder.key, age: await sealSmall(seed, [holder.recipient]) })),
  );
  return { epoch, seed, recipient, wraps };
}

/** The next epoch of a vault. `earlier`: the seeds that it hands down, as `EpochSeeds.toHandDown` gives them. */
export async function nextEpoch(
  chain: VaultChain,
  earlier: readonly Bytes[],
  author: HolderKeys,
  moment: Moment,
): Promise<NewEpoch & { readonly previousSeed: Bytes }> {
  const { firm, vault, epoch: last, rosterHash } = chain;
  must(rosterHash !== null, "record_shape", "the chain has not begun");
  const place = { firm, vault, epoch: last.epoch + 1, previous: last.hash, roster: rosterHash };
  const next = await beginEpoch(place, sealedTo(chain, moment).map(recipientOf), author);
  return { ...next, previousSeed: await sealSmall(concat(...earlier), [next.recipient]) };
}

/**
 * Whom an epoch is sealed to that begins at the moment: those who belong, but for letters that have expired. A letter counts
 * as expired five minutes after its end, as our clock may be ahead of the log's.
 */
export function sealedTo(chain: VaultChain, moment: Moment): readonly EffectiveHolder[] {
  return unexpired(chain.holders(moment), moment.time - CLOCK_LEEWAY_S);
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
  const seed = await unsealed(wrap, identity, 1);
  const given = (await epochKeys(seed)).recipient;
  must(sameHash(given, recipient), "wrap_foreign_seed", "the wrap holds another seed than the epoch's");
  return seed;
}

/** The seeds in an age file, one after the other: at least one, at most `seeds`. */
async function unsealed(wrap: Bytes, identity: string, seeds: number): Promise<Bytes> {
  checkWrap(wrap, seeds);
  try {
    return await openSmall(wrap, identity);
  } catch (error) {
    if (error instanceof NoMatchError) throw new UnlockError("wrap_not_ours", "the wrap is not for this key");
    throw new IntegrityError("wrap_invalid", "the wrap does not open");
  }
}

/** One hybrid stanza and 32 bytes for each of 1 to `seeds`, nothing else. @throws IntegrityError (`wrap_invalid`). */
function checkWrap(wrap: Bytes, seeds: number): void {
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
  const sizes = Array.from({ length: seeds }, (_, more) => sealedSize(SEED_SIZE * (more + 1)));
  const isWhole = kinds.length === 1 && kinds[0] === "mlkem768x25519" && sizes.includes(payloadSize);
  must(isWhole, "wrap_invalid", "a wrap has one hybrid stanza and 32 bytes for each seed");
}

/** Whose a wrap is: the person's own, or that of a team of his, whose identity is found when it is needed. */
export interface WrapHolder {
  /** kid of the holder. */
  readonly key: string;
  /** `AGE-SECRET-KEY-PQ-1…`. @throws SealError where the team does not open. */
  readonly identity: () => Promise<string>;
}

interface KeptWrap {
  readonly age: Bytes;
  readonly holder: WrapHolder;
  opening?: Promise<void>;
}

/**
 * The seeds of the epochs a person can open, kept for the life of the page.
 *
 * An epoch opens by the person's own wrap or that of a team of his, else by the seed that a later epoch hands down. Whoever may write may begin
 * an epoch and seal rubbish: what does not open is passed over, and harms no other epoch.
 */
export class EpochSeeds {
  /** Why one's own wrap of an epoch does not open. */
  readonly failed = new Map<number, SealError>();
  private readonly seeds = new Map<number, Bytes>();
  private readonly keys = new Map<number, EpochKeys>();
  private readonly deriving = new Map<number, Promise<EpochKeys>>();
  /** By epoch and by holder. */
  private readonly wraps = new Map<number, Map<string, KeptWrap>>();
  private readonly handedDown = new Map<number, Promise<readonly number[]>>();
  private readonly chain: VaultChain;
  private readonly own: WrapHolder;

  constructor(chain: VaultChain, identity: string) {
    this.chain = chain;
    this.own = { key: "", identity: async () => identity };
  }

  addWrap(epoch: number, age: Bytes, holder = this.own): void {
    const wraps = this.wraps.get(epoch) ?? new Map<string, KeptWrap>();
    const known = wraps.get(holder.key);
    if (known !== undefined && equal(known.age, age)) return;
    this.wraps.set(epoch, wraps.set(holder.key, { age, holder }));
    this.failed.delete(epoch);
  }

  async keysOf(epoch: number): Promise<EpochKeys> {
    const known = this.keys.get(epoch);
    if (known !== undefined) return known;
    // Thousands of rows may ask for them at once.
    const deriving = this.deriving.get(epoch) ?? this.deriveKeys(epoch);
    this.deriving.set(epoch, deriving);
    return deriving;
  }

  private async deriveKeys(epoch: number): Promise<EpochKeys> {
    try {
      const keys = await epochKeys(await this.seedOf(epoch));
      this.keys.set(epoch, keys);
      return keys;
    } finally {
      this.deriving.delete(epoch);
    }
  }

  /** @throws the error of one's own wrap, else IntegrityError (`wrap_missing`). */
  async seedOf(epoch: number): Promise<Bytes> {
    const seed = await this.find(epoch);
    if (seed !== undefined) return seed;
    throw (
      this.failed.get(epoch) ??
      new IntegrityError("wrap_missing", "no wrap and no later epoch leads to this epoch's seed")
    );
  }

  /**
   * What the next epoch hands down: the newest seed that opens, then of those it does not lead to the newest, and so on.
   * With these whoever comes later opens all that opens here. @throws as `seedOf` when nothing does.
   */
  async toHandDown(): Promise<readonly Bytes[]> {
    const found: Bytes[] = [];
    const reached = new Set<number>();
    const last = this.chain.epochs.size;
    for (let epoch = last; epoch > 0 && found.length < MAX_HANDED_DOWN; epoch--) {
      const seed = reached.has(epoch) ? undefined : await this.find(epoch);
      if (seed === undefined) continue;
      found.push(seed);
      await this.reach(epoch, reached);
    }
    return found.length > 0 ? found : [await this.seedOf(last)];
  }

  /** The epochs of which one's own wrap does not open, once all were tried. */
  async failures(): Promise<readonly number[]> {
    for (const [epoch, wraps] of this.wraps)
      for (const wrap of wraps.values()) await this.openOne(epoch, wrap);
    return [...this.failed.keys()].sort((a, b) => a - b);
  }

  /** Whether the current epoch opens and leads to every other one that opens; else a writer begins the next. */
  async isWhole(): Promise<boolean> {
    const current = await this.find(this.chain.epochs.size);
    return current !== undefined && (await this.toHandDown()).length === 1;
  }

  /** Adds to `reached` the epochs that the seed of `epoch` opens by what is handed down, itself included. */
  private async reach(epoch: number, reached: Set<number>): Promise<void> {
    reached.add(epoch);
    for (const earlier of await this.openPrevious(epoch))
      if (!reached.has(earlier)) await this.reach(earlier, reached);
  }

  private async find(epoch: number): Promise<Bytes | undefined> {
    await this.openWrap(epoch);
    for (let later = this.chain.epochs.size; later > epoch && !this.seeds.has(epoch); later--) {
      await this.openWrap(later);
      await this.openPrevious(later);
    }
    return this.seeds.get(epoch);
  }

  /** One wrap after another until one opens. */
  private async openWrap(epoch: number): Promise<void> {
    for (const wrap of this.wraps.get(epoch)?.values() ?? [])
      if (!this.seeds.has(epoch)) await this.openOne(epoch, wrap);
  }

  /** Once for each wrap; what fails is remembered. */
  private async openOne(epoch: number, wrap: KeptWrap): Promise<void> {
    const signed = this.chain.epochs.get(epoch);
    if (signed === undefined) return;
    wrap.opening ??= this.open(epoch, wrap, signed.recipient);
    await wrap.opening;
  }

  private async open(epoch: number, wrap: KeptWrap, recipient: string): Promise<void> {
    try {
      this.seeds.set(epoch, await openSeed(wrap.age, await wrap.holder.identity(), recipient));
    } catch (error) {
      // What is no fault of the wrap (the server was not reached) may go better the next time.
      if (!(error instanceof SealError)) {
        delete wrap.opening;
        throw error;
      }
      this.failed.set(epoch, error);
    }
  }

  /** Takes the seeds that are sealed to `epoch`, once that is open itself: the epochs they are of. */
  private openPrevious(epoch: number): Promise<readonly number[]> {
    const seed = this.seeds.get(epoch);
    const sealed = this.chain.epochs.get(epoch)?.previousSeed ?? null;
    if (seed === undefined || sealed === null) return Promise.resolve([]);
    const opening = this.handedDown.get(epoch) ?? this.handDown(epoch, new Uint8Array(sealed));
    this.handedDown.set(epoch, opening);
    return opening;
  }

  /** Mostly the seed of the epoch before; after a repair, of others or more. */
  private async handDown(epoch: number, sealed: Bytes): Promise<readonly number[]> {
    let joined: Bytes;
    try {
      joined = await unsealed(sealed, (await this.keysOf(epoch)).identity, MAX_HANDED_DOWN);
    } catch (error) {
      if (error instanceof SealError) return [];
      throw error;
    }
    const found: number[] = [];
    for (let start = 0; start < joined.length; start += SEED_SIZE) {
      const seed = joined.slice(start, start + SEED_SIZE);
      const { recipient } = await epochKeys(seed);
      for (let earlier = epoch - 1; earlier > 0; earlier--) {
        const signed = this.chain.epochs.get(earlier);
        if (signed === undefined || !sameHash(signed.recipient, recipient)) continue;
        this.seeds.set(earlier, seed);
        found.push(earlier);
      }
    }
    return found;
  }
}
