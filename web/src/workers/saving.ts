/**
 * A service worker that lets a page save a stream as a file: the page announces a download and opens its address in a
 * frame, and what is answered here are the pieces that the page sends, as the browser asks for them.
 *
 * It answers for addresses below its own folder only, so no page of ours and no request of a page passes through it.
 * It holds no keys and keeps nothing.
 */

/** From the page: a download is coming. The port speaks of this one download. */
export interface Announcement {
  readonly kind: "announce";
  readonly id: string;
  readonly name: string;
  /** Bytes in all; null where nobody knows. */
  readonly size: number | null;
}

/** From the page through the port: the next piece, the end, or that it went wrong. */
export type FromPage =
  | { readonly kind: "end" }
  | { readonly kind: "failed" }
  | { readonly kind: "piece"; readonly bytes: Uint8Array<ArrayBuffer> };

/** To the page through the port. */
export type ToPage = "announced" | "cancelled" | "next";

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Response): void;
}

interface Download extends Announcement {
  readonly port: MessagePort;
}

/** The folder of the addresses, below the worker's own. */
const FOLDER = "save/";
/** A page that says nothing for so long, though a piece was asked for, is gone. */
const SILENT_MS = 180_000;

const downloads = new Map<string, Download>();

self.addEventListener(
  "install",
  () => void (self as unknown as { skipWaiting(): Promise<void> }).skipWaiting(),
);

self.addEventListener("message", (event: MessageEvent<Announcement>) => {
  // Anything else only keeps this worker awake.
  const [port] = event.ports;
  if (event.data?.kind !== "announce" || port === undefined) return;
  downloads.set(event.data.id, { ...event.data, port });
  port.postMessage("announced" satisfies ToPage);
});

self.addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent;
  const [, id] = new URL(request.url).pathname.split(FOLDER);
  if (id === undefined) return;
  respondWith.call(event, answerTo(id));
});

function answerTo(id: string): Response {
  const download = downloads.get(id);
  downloads.delete(id);
  if (download === undefined) return new Response(null, { status: 404 });
  const { name, size } = download;
  return new Response(streamOf(download), {
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Disposition": `attachment; filename*=UTF-8''${encoded(name)}`,
      ...(size === null ? {} : { "Content-Length": String(size) }),
      "Cache-Control": "no-store",
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

/** RFC 8187. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function streamOf({ port }: Download): ReadableStream<Uint8Array> {
  let silence: ReturnType<typeof setTimeout> | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      port.onmessage = ({ data }: MessageEvent<FromPage>) => {
        clearTimeout(silence);
        if (data.kind === "piece") controller.enqueue(data.bytes);
        else if (data.kind === "end") controller.close();
        else controller.error(new Error("the page could not go on"));
      };
    },
    pull(controller) {
      port.postMessage("next" satisfies ToPage);
      silence = setTimeout(() => controller.error(new Error("the page is gone")), SILENT_MS);
    },
    cancel() {
      clearTimeout(silence);
      port.postMessage("cancelled" satisfies ToPage);
    },
  });
}
