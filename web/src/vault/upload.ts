/**
 * Uploads: seal → send → scan → commit, one item per file.
 *
 * A file is sealed once; a lost line only repeats the sending. Some are sealed and sent at a time; what has arrived is
 * scanned together with what else has, and what is clean is committed together, in one record.
 */

import type { Bytes } from "../crypto/bytes";
import { RefusedError } from "../seals/errors";
import { requireSize } from "../seals/files";
import { requireName } from "../seals/rows";
import { now } from "../ui/format";
import { Batches, type Failures } from "./batches";
import { type ClearFile, COMMITTED, commitFiles } from "./commit";
import { makeFolders, type Place } from "./new_folders";
import type { OpenedVault } from "./opened";
import { ofDevice } from "./origins";
import type { Choice } from "./picked";
import { MOST_FILES, scan } from "./scan";
import { sealInto } from "./sealing";
import { MOST_SMALL, type Sending, sendSmall, startSending } from "./sending";
import type { Found, Staged } from "./staging";
import {
  type Coming,
  dropStaged,
  isFinal,
  type Part,
  partOf,
  type Stage,
  type TrayItem,
  twinsIn,
  type UploadItem,
} from "./upload_item";

/** Sealed and sent at once. The server receives six of a person at a time; another device of his may send too. */
const AT_ONCE = 4;
const SMALLS_AT_ONCE = 2;
const SCANS_AT_ONCE = 2;
/** So much may lie in memory, sealed and not yet sent. */
const MOST_SEALED_BYTES = 32 << 20;
/** The scanner's answer comes when the last of a batch has been looked at. */
const MOST_SCANNED_BYTES = 64 << 20;
/** How long a look at the vault's epoch counts. */
const READY_MS = 30_000;

const ignore = (): void => undefined;

/** Received by the server; its picture may still be in the making. */
type SentFile = Omit<ClearFile, "picture">;

interface SentPart {
  readonly part: Part;
  readonly file: SentFile;
  readonly picture: Promise<Bytes | null>;
}

interface Small {
  readonly payload: Blob;
  /** Its id, once it was sent. */
  upload: string;
}

async function sendTogether(vault: OpenedVault, smalls: readonly Small[]): Promise<Failures<Small>> {
  const ids = await sendSmall(
    vault.id,
    smalls.map(({ payload }) => payload),
  );
  smalls.forEach((small, i) => {
    small.upload = ids[i] ?? "";
  });
  return new Map();
}

export class Uploads {
  private readonly vault: OpenedVault;
  private readonly changed: (item: UploadItem) => void;
  private waiting: UploadItem[] = [];
  /** What is being opened or sent, by the ids of items. */
  private readonly underWay = new Map<number, Pick<Sending, "abort">>();
  private readonly cancelled = new Set<number>();
  private readonly smalls: Batches<Small>;
  private readonly scans: Batches<SentFile>;
  private readonly commits: Batches<ClearFile>;
  /** Items that are being sealed or sent. */
  private running = 0;
  /** Of small payloads that wait to be sent together. */
  private sealedBytes = 0;
  /** Items that have begun and are not settled. */
  private unsettled = 0;
  private count = 0;
  private ready: { readonly until: number; readonly promise: Promise<void> } | null = null;

  /** `changed` is called whenever an item has changed. */
  constructor(vault: OpenedVault, changed: (item: UploadItem) => void) {
    this.vault = vault;
    this.changed = changed;
    const isMoreToCome = (): boolean => this.running > 0 || this.sealedBytes > 0;
    this.smalls = new Batches((smalls) => sendTogether(vault, smalls), {
      atOnce: SMALLS_AT_ONCE,
      most: MOST_SMALL.files,
      mostBytes: MOST_SMALL.bytes,
      sizeOf: ({ payload }) => payload.size,
      isMoreToCome,
    });
    this.scans = new Batches((files) => scan(vault, files), {
      isMoreToCome,
      most: MOST_FILES,
      atOnce: SCANS_AT_ONCE,
      sizeOf: ({ sealed }) => sealed.payloadSize,
      mostBytes: MOST_SCANNED_BYTES,
    });
    const commit = (files: readonly ClearFile[]) => commitFiles(vault, files);
    this.commits = new Batches(commit, { ...COMMITTED, isMoreToCome, atOnce: 1 });
  }

  /** Begins with files out of another vault. */
  copy(files: readonly Coming[]): readonly UploadItem[] {
    const items = files.map(({ folder, name, origins }) =>
      this.itemOf({ folder, path: [], name }, origins.map(partOf), { deed: "copy" }),
    );
    for (const item of items) this.changed(item);
    this.waiting.push(...items);
    this.startNext();
    return items;
  }

  add({ files }: Pick<Choice, "files">, folder: string): readonly UploadItem[] {
    const items = files.map(({ file, path }) =>
      this.itemOf({ folder, path, name: file.name.normalize("NFC") }, [partOf(ofDevice(file))]),
    );
    const twins = twinsIn(items);
    for (const item of items) {
      if (twins.has(item))
        this.refuse(item, new RefusedError("name_taken", "another file of this choice has this name"));
      else this.changed(item);
    }
    this.waiting = [...this.waiting, ...items.filter((item) => !twins.has(item))];
    this.startNext();
    return items;
  }

  /** Goes on with what was sealed before the page was left. */
  resume(found: readonly Found[]): void {
    for (const { name, folder, path, file, staged } of found) {
      const part = { file, origin: null, staged, isThere: false };
      const item = this.itemOf({ folder, path, name }, [part]);
      this.changed(item);
      this.waiting.push(item);
    }
    this.startNext();
  }

  /** Makes the folders that no file leads to. @throws the first error; the others are made all the same. */
  async addFolders({ emptyFolders }: Pick<Choice, "emptyFolders">, folder: string): Promise<void> {
    if (emptyFolders.length === 0) return;
    const places = emptyFolders.map((path) => ({ folder, path }));
    const [failure] = (await makeFolders(this.vault, places, now())).values();
    if (failure !== undefined) throw failure;
  }

  retry(item: UploadItem): void {
    if (item.stage !== "refused") return;
    this.cancelled.delete(item.id);
    this.move(item, "waiting");
    this.waiting.push(item);
    this.startNext();
  }

  cancel(item: UploadItem): void {
    this.cancelled.add(item.id);
    this.underWay.get(item.id)?.abort();
    const at = this.waiting.indexOf(item);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      void dropStaged(item);
      this.refuse(item, new RefusedError("cancelled", "cancelled by the person"));
    }
  }

  /** Whether anything is under way that would be lost with the page. */
  get isBusy(): boolean {
    return this.unsettled > 0 || this.waiting.length > 0;
  }

  private itemOf(
    place: Place & { readonly name: string },
    parts: readonly Part[],
    about: Pick<TrayItem, "deed"> = {},
  ): UploadItem {
    this.count += 1;
    const { file } = parts.at(-1) as Part;
    const begun = { stage: "waiting", progress: 0, problem: null } as const;
    return { id: this.count, ...place, file, parts, ...about, ...begun };
  }

  private startNext(): void {
    while (this.running < AT_ONCE && this.sealedBytes < MOST_SEALED_BYTES) {
      const item = this.waiting.shift();
      if (item === undefined) return;
      this.running += 1;
      this.unsettled += 1;
      this.carry(item)
        .catch((error: unknown) => this.end(item, error))
        .finally(() => {
          this.unsettled -= 1;
        });
    }
  }

  private async carry(item: UploadItem): Promise<void> {
    const sent = await this.sentAll(item);
    this.move(item, "scan");
    await Promise.all(sent.map(({ file }) => this.scans.add(file)));
    for (const { part, file, picture } of sent) {
      await this.commits.add({ ...file, picture: await picture });
      part.isThere = true;
      await part.staged?.remove();
    }
    this.move(item, "done");
  }

  /** What another try cannot mend need not be kept for it. */
  private async end(item: UploadItem, error: unknown): Promise<void> {
    const isCancelled = this.cancelled.has(item.id);
    if (isFinal(error) || isCancelled) await dropStaged(item);
    this.refuse(item, isCancelled ? new RefusedError("cancelled", "cancelled by the person") : error);
  }

  /** Seals and sends what is not there yet. With the last of it the next item may begin. */
  private async sentAll(item: UploadItem): Promise<readonly SentPart[]> {
    let isDone = false;
    const makeWay = (): void => {
      if (isDone) return;
      isDone = true;
      this.running -= 1;
      this.startNext();
    };
    try {
      for (const one of [...item.path, item.name]) requireName(one);
      const left = item.parts.filter(({ isThere }) => !isThere);
      const sent: SentPart[] = [];
      for (const part of left) {
        // Made while the file is sealed, sent and scanned: it holds up none of that.
        const picture = part.origin?.picture() ?? Promise.resolve(null);
        picture.catch(() => undefined);
        const file = await this.sent(item, part, part === left.at(-1) ? makeWay : ignore);
        sent.push({ part, file, picture });
      }
      return sent;
    } finally {
      makeWay();
    }
  }

  private async sent(item: UploadItem, part: Part, makeWay: () => void): Promise<SentFile> {
    const { folder, path, name } = item;
    const { file } = part;
    requireSize(file.size);
    this.move(item, "seal");
    await this.beReady();
    try {
      part.staged ??= await this.seal(item, part);
      this.move(item, "send");
      const { staged } = part;
      const isSmall = staged.payload.size <= MOST_SMALL.payloadBytes;
      const upload = await (isSmall ? this.sendSmall(item, staged, makeWay) : this.send(item, staged));
      return { upload, sealed: staged.sealed, folder, path, name, file };
    } finally {
      this.underWay.delete(item.id);
    }
  }

  /** Together with others; meanwhile the next ones are sealed. */
  private async sendSmall(item: UploadItem, { payload }: Staged, makeWay: () => void): Promise<string> {
    const small = { payload, upload: "" };
    this.sealedBytes += payload.size;
    makeWay();
    try {
      await this.smalls.add(small);
    } finally {
      this.sealedBytes -= payload.size;
      this.startNext();
    }
    this.requireWanted(item);
    return small.upload;
  }

  /** Begins the next epoch if one is due; asked again only after a while, as every question waits for its turn. */
  private beReady(): Promise<void> {
    if (this.ready === null || this.ready.until < performance.now()) {
      const promise = this.vault.rotateIfDue();
      this.ready = { until: performance.now() + READY_MS, promise };
      promise.catch(() => {
        this.ready = null;
      });
    }
    return this.ready.promise;
  }

  private async seal(item: UploadItem, { origin, file }: Part): Promise<Staged> {
    if (origin === null) throw new RefusedError("source_gone", "the file must be chosen again");
    const stop = new AbortController();
    this.underWay.set(item.id, stop);
    const about = item.parts.length === 1 ? item : null;
    return sealInto(this.vault, await origin.open(stop.signal), file.size, about, (share) => {
      this.requireWanted(item);
      this.advance(item, share);
    });
  }

  private async send(item: UploadItem, staged: Staged): Promise<string> {
    const sending = startSending(
      this.vault.id,
      staged.payload,
      (share) => this.advance(item, share),
      staged.uploadUrl,
      (url) => void staged.noteUrl(url),
    );
    this.underWay.set(item.id, sending);
    const upload = await sending.done;
    this.requireWanted(item);
    return upload;
  }

  private requireWanted({ id }: UploadItem): void {
    if (this.cancelled.has(id)) throw new RefusedError("cancelled", "cancelled by the person");
  }

  private move(item: UploadItem, stage: Stage): void {
    item.stage = stage;
    item.progress = stage === "done" ? 1 : 0;
    item.problem = null;
    this.changed(item);
  }

  private advance(item: UploadItem, share: number): void {
    item.progress = Math.min(1, share);
    this.changed(item);
  }

  private refuse(item: UploadItem, error: unknown): void {
    item.stage = "refused";
    item.problem = error instanceof Error ? error : new Error(String(error));
    this.changed(item);
  }
}
