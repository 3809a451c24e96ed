/** Gives a stream to the person as a file, piece by piece: nothing is held in memory, whatever its size. */

import type { Bytes } from "../crypto/bytes";
import { RefusedError } from "../seals/errors";
import type { Announcement, FromPage, ToPage } from "../workers/saving";
import savingUrl from "../workers/saving?worker&url";
import { registerWorker } from "../workers/start";

/** Pieces are sent together until they are this long: each is a round trip. */
const PIECE_BYTES = 1 << 19;
/** A service worker that hears nothing is put to sleep. */
const AWAKE_MS = 10_000;
/** One that does not start in this time does not start at all. */
const START_MS = 5000;

/** Whether this browser can; a private window may not. */
export function canSaveStreams(): boolean {
  return "serviceWorker" in navigator;
}

/**
 * Resolves when the browser has taken the last byte. `size`: bytes in all, null where nobody knows. When the source
 * fails, so does the browser's download, and with the same error this. @throws RefusedError (`cancelled`, `no_worker`).
 */
export async function saveStream(
  source: AsyncIterable<Bytes>,
  name: string,
  size: number | null,
): Promise<void> {
  const worker = await startedWorker();
  const { port1: port, port2 } = new MessageChannel();
  const id = crypto.randomUUID();
  const fail = (): void => port.postMessage({ kind: "failed" } satisfies FromPage);
  const awake = setInterval(() => worker.postMessage({ kind: "awake" }), AWAKE_MS);
  const frame = document.createElement("iframe");
  frame.hidden = true;
  window.addEventListener("pagehide", fail);
  try {
    const asked = questions(port);
    worker.postMessage({ kind: "announce", id, name, size } satisfies Announcement, [port2]);
    await asked.next();
    frame.src = new URL(`save/${id}`, worker.scriptURL).href;
    document.body.append(frame);
    await send(gatheredTo(source, PIECE_BYTES), port, asked);
  } catch (error) {
    fail();
    throw error;
  } finally {
    window.removeEventListener("pagehide", fail);
    clearInterval(awake);
    // The browser may still be reading what it was given.
    setTimeout(() => frame.remove(), AWAKE_MS);
  }
}

async function send(
  pieces: AsyncIterable<Bytes>,
  port: MessagePort,
  asked: AsyncIterator<ToPage>,
): Promise<void> {
  for await (const bytes of pieces) {
    await asked.next();
    port.postMessage({ kind: "piece", bytes } satisfies FromPage, [bytes.buffer]);
  }
  await asked.next();
  port.postMessage({ kind: "end" } satisfies FromPage);
}

/** What the worker asks, one after the other. @throws RefusedError (`cancelled`) when the person has ended the download. */
async function* questions(port: MessagePort): AsyncGenerator<ToPage, void, void> {
  const waiting: ToPage[] = [];
  let wake = (): void => undefined;
  port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    waiting.push(data);
    wake();
  };
  for (;;) {
    const question = waiting.shift();
    if (question === "cancelled") throw new RefusedError("download_cancelled", "ended by the person");
    if (question !== undefined) yield question;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

async function* gatheredTo(source: AsyncIterable<Bytes>, size: number): AsyncGenerator<Bytes, void, void> {
  let buffer = new Uint8Array(size);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield buffer;
      buffer = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.slice(0, filled);
}

async function startedWorker(): Promise<ServiceWorker> {
  const registration = await registerWorker(savingUrl);
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker === null) throw new RefusedError("no_worker", "no service worker");
  if (worker.state === "activated") return worker;
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new RefusedError("no_worker", "the service worker did not start"));
    setTimeout(late, START_MS);
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(worker);
      else if (worker.state === "redundant") late();
    });
  });
}
