/** Work done for many at once: what comes while a batch is under way waits and goes with the next. */

interface Waiting<T> {
  readonly one: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What became of the members of a batch: an error for each that failed. */
export type Failures<T> = ReadonlyMap<T, unknown>;

interface Limits<T> {
  readonly atOnce: number;
  readonly most: number;
  readonly mostBytes: number;
  readonly sizeOf: (one: T) => number;
  /** Whether more are about to come: then a small batch waits a moment for them. */
  readonly isMoreToCome: () => boolean;
}

const FEW = 50;
const MOMENT_MS = 200;

export class Batches<T> {
  private readonly waiting: Waiting<T>[] = [];
  private readonly work: (batch: readonly T[]) => Promise<Failures<T>>;
  private readonly limits: Limits<T>;
  private running = 0;
  private pausing = false;

  /** `work` throws what befalls all of a batch, and gives what befalls some of it. */
  constructor(work: (batch: readonly T[]) => Promise<Failures<T>>, limits: Limits<T>) {
    this.work = work;
    this.limits = limits;
  }

  /** Settles with the batch that `one` goes with. */
  add(one: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ one, resolve, reject });
      this.begin();
    });
  }

  private begin(): void {
    const { atOnce, isMoreToCome } = this.limits;
    if (this.pausing || this.running >= atOnce || this.waiting.length === 0) return;
    if (this.waiting.length >= FEW || !isMoreToCome()) {
      void this.next();
      return;
    }
    this.pausing = true;
    setTimeout(() => {
      this.pausing = false;
      void this.next();
    }, MOMENT_MS);
  }

  private async next(): Promise<void> {
    if (this.running >= this.limits.atOnce || this.waiting.length === 0) return;
    this.running += 1;
    const batch = this.take();
    try {
      const failures = await this.work(batch.map(({ one }) => one));
      for (const { one, resolve, reject } of batch) {
        if (failures.has(one)) reject(failures.get(one));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.running -= 1;
      this.begin();
    }
  }

  /** As many as fit, and one in any case. */
  private take(): readonly Waiting<T>[] {
    const { most, mostBytes, sizeOf } = this.limits;
    let [count, sizeBytes] = [0, 0];
    for (const { one } of this.waiting.slice(0, most)) {
      sizeBytes += sizeOf(one);
      if (count > 0 && sizeBytes > mostBytes) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }
}
