/**
 * A small picture of a file, made where its plaintext is. By name, as previews are.
 *
 * Pictures are decoded in a worker, PDF files read in one; one at a time, and each ends with its time. What gives no
 * picture, or none in time, has none: that is no error.
 */

import type { Bytes } from "../crypto/bytes";
import { startWorker } from "../workers/start";
import type { ThumbnailAnswer } from "../workers/thumbnail";
import workerUrl from "../workers/thumbnail?worker&url";
import { extensionOf } from "./names";

type Make = (source: Blob, signal: AbortSignal) => Promise<Bytes | null>;

/** From the moment it is asked for: many files at once must not wait for their pictures. */
const TIME_MS = 4000;
const MAX_BYTES = 32 << 20;

const pdf: Make = async (...file) => (await import("./pdf_thumbnail")).firstPage(...file);
const MAKERS: { readonly [extension: string]: Make } = {
  pdf,
  png: image,
  jpg: image,
  jpeg: image,
  gif: image,
  webp: image,
};

let turn: Promise<unknown> = Promise.resolve();
let worker: Worker | null = null;

/** JPEG; never fails. */
export function makeThumbnail(source: Blob, name: string): Promise<Bytes | null> {
  const extension = extensionOf(name);
  const make = Object.hasOwn(MAKERS, extension) ? MAKERS[extension] : undefined;
  if (make === undefined || source.size > MAX_BYTES) return Promise.resolve(null);
  const end = performance.now() + TIME_MS;
  const made = turn.then(() => within(end - performance.now(), source, make)).catch(() => null);
  turn = made;
  return made;
}

async function within(leftMs: number, source: Blob, make: Make): Promise<Bytes | null> {
  if (leftMs <= 0) return null;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), leftMs);
  const stopped = new Promise<null>((resolve) =>
    stop.signal.addEventListener("abort", () => resolve(null), { once: true }),
  );
  try {
    return await Promise.race([make(source, stop.signal), stopped]);
  } finally {
    clearTimeout(timer);
  }
}

function image(source: Blob, signal: AbortSignal): Promise<Bytes | null> {
  worker ??= startWorker(workerUrl);
  const own = worker;
  const done = new AbortController();
  const ended = new Promise<Bytes | null>((resolve) => {
    const drop = (): void => {
      own.terminate();
      worker = null;
      resolve(null);
    };
    const { signal: once } = done;
    own.addEventListener("message", ({ data }: MessageEvent<ThumbnailAnswer>) => resolve(data), {
      signal: once,
    });
    own.addEventListener("error", drop, { signal: once });
    signal.addEventListener("abort", drop, { signal: once });
  });
  own.postMessage(source);
  return ended.finally(() => done.abort());
}
