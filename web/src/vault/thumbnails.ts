/**
 * Pictures in place of icons: of files that are in sight, kept in memory only.
 *
 * What comes out of a sealed box was made by whoever uploaded the file. It is decoded only when it says that it is a small
 * JPEG, drawn anew, and that drawing is what is shown.
 */

import type { Bytes } from "../crypto/bytes";
import { formatOf } from "../preview/image_format";
import { SIDE_PX, smallJpeg } from "../preview/small_image";
import { IntegrityError } from "../seals/errors";
import { isExpected } from "../ui/texts";
import type { OpenedFile, OpenedVault } from "./opened";
import { fetchPictures, MOST_PICTURES } from "./pictures";
import { isHeld } from "./row_marks";

/** Rows come into sight together. */
const MOMENT_MS = 80;
/** Some 10 KB each. */
const MOST_KEPT = 500;
const COOKIE = "siegel_thumbnails";
const YEAR_S = 365 * 24 * 3600;

interface Place {
  readonly file: OpenedFile;
  readonly show: (url: string) => void;
}

export class Thumbnails {
  private readonly vault: OpenedVault;
  private readonly fail: (error: unknown) => void;
  /** Addresses by the hashes of manifests; null where nothing can be shown. */
  private readonly urls = new Map<string, string | null>();
  private readonly places = new WeakMap<Element, Place>();
  private readonly seen = new Set<Element>();
  private readonly observer = new IntersectionObserver((entries) => this.turn(entries));
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;
  isOn = isWanted();

  /** `fail` is told of a picture that is not the one that was signed. */
  constructor(vault: OpenedVault, fail: (error: unknown) => void) {
    this.vault = vault;
    this.fail = fail;
  }

  /** Remembered by this browser, for whoever uses it. */
  set(isOn: boolean): void {
    this.isOn = isOn;
    const secure = location.protocol === "https:" ? "; secure" : "";
    // biome-ignore lint/suspicious/noDocumentCookie: a sign-out clears all other places.
    document.cookie = `${COOKIE}=${isOn ? "on" : "off"}; path=/; max-age=${YEAR_S}; samesite=strict${secure}`;
  }

  /** Calls `show` as soon as `place` is in sight and the picture of the file is there; of a file without one never. */
  put(place: Element, file: OpenedFile, show: (url: string) => void): void {
    if (!this.isOn || file.signed.manifest.thumbnail === undefined || isHeld(this.vault, file)) return;
    const url = this.urls.get(file.signed.manifestHash);
    if (url === null) return;
    if (url !== undefined) {
      show(url);
      return;
    }
    this.places.set(place, { file, show });
    this.observer.observe(place);
  }

  private turn(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.seen.add(target);
      else this.seen.delete(target);
    }
    this.askSoon();
  }

  private askSoon(): void {
    if (this.seen.size === 0 || this.isAsking) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.isAsking = true;
      this.ask()
        .catch((error: unknown) => {
          // Without a line, or without the key, there are no pictures; a forged one is told.
          if (error instanceof IntegrityError) this.fail(error);
          else if (!isExpected(error)) reportError(error);
        })
        .finally(() => {
          this.isAsking = false;
          this.askSoon();
        });
    }, MOMENT_MS);
  }

  private async ask(): Promise<void> {
    const places = [...this.seen].slice(0, MOST_PICTURES);
    for (const place of places) {
      this.seen.delete(place);
      this.observer.unobserve(place);
    }
    const waiting = places.flatMap((place) => this.places.get(place) ?? []);
    const wanted = waiting.map(({ file }) => ({ node: file.id, version: file.signed }));
    const pictures = await fetchPictures(this.vault, wanted);
    for (const { file, show } of waiting) {
      const url = await this.kept(file.signed.manifestHash, pictures);
      if (url !== null && this.isOn) show(url);
    }
  }

  private async kept(manifest: string, pictures: ReadonlyMap<string, Bytes>): Promise<string | null> {
    const known = this.urls.get(manifest);
    if (known !== undefined) return known;
    const picture = pictures.get(manifest);
    const drawn = picture === undefined ? null : await redrawn(picture);
    const url = drawn && URL.createObjectURL(drawn);
    this.urls.set(manifest, url);
    const [oldest] = this.urls;
    if (this.urls.size > MOST_KEPT && oldest !== undefined) {
      this.urls.delete(oldest[0]);
      if (oldest[1] !== null) URL.revokeObjectURL(oldest[1]);
    }
    return url;
  }
}

/** The picture as we draw it; null for what is no small JPEG. */
export async function redrawn(picture: Bytes): Promise<Blob | null> {
  const format = formatOf(new DataView(picture.buffer, picture.byteOffset, picture.byteLength));
  const isSmall = format !== null && 0 < format.pixels && format.pixels <= SIDE_PX ** 2;
  if (!isSmall || format.type !== "image/jpeg") return null;
  try {
    const bitmap = await createImageBitmap(new Blob([picture], { type: format.type }));
    const drawn = await smallJpeg(bitmap, bitmap);
    bitmap.close();
    return drawn && new Blob([drawn], { type: "image/jpeg" });
  } catch {
    return null;
  }
}

/** Off where the person said so, or asked the browser to save data. */
function isWanted(): boolean {
  const said = new RegExp(`(?:^|; )${COOKIE}=(on|off)`).exec(document.cookie)?.[1];
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return said === undefined ? connection?.saveData !== true : said === "on";
}
