/** The only place that talks to the server. Every answer is JSON; every error has a code and a text for people. */

/** The server refused, or could not be reached (`status` 0, code `offline`). `message` is for the person. */
export class WireError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "WireError";
    this.status = status;
    this.code = code;
  }
}

function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** Sends JSON and gives the JSON answered. @throws WireError. */
export async function call<T>(method: "DELETE" | "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await reach(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

/** The body of a GET as a stream. @throws WireError. */
export async function download(path: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await reach(path, { method: "GET", ...(signal === undefined ? {} : { signal }) });
  if (response.body === null) throw new WireError(0, "offline", "");
  return response.body;
}

/** Sends bytes and gives the JSON answered. @throws WireError. */
export async function send<T>(path: string, body: Blob, headers: Record<string, string>): Promise<T> {
  const all = { Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers };
  const response = await reach(path, { method: "POST", headers: all, body });
  return (await response.json()) as T;
}

/** A file of our own bundle. @throws WireError. */
export async function asset(path: string): Promise<Uint8Array> {
  const response = await reach(path, { method: "GET", cache: "default" });
  return new Uint8Array(await response.arrayBuffer());
}

/** Headers that an upload sends besides its own. */
export function uploadHeaders(): Record<string, string> {
  return { "X-CSRFToken": csrfToken() };
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      ...init,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new WireError(0, "offline", "");
  }
  if (response.ok) return response;
  throw await refused(response);
}

async function refused(response: Response): Promise<WireError> {
  try {
    const { code, message } = (await response.json()) as { code?: unknown; message?: unknown };
    if (typeof code === "string" && typeof message === "string")
      return new WireError(response.status, code, message);
  } catch {
    // Not our JSON: a proxy's page or nothing at all. The status is all there is.
  }
  return new WireError(response.status, "unexpected", "");
}
