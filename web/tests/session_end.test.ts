/** A minute before the session ends, the page says so and offers to go on. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WireError } from "../src/wire/http";

const server = { left_s: 0, renewable: true };
const sessionLeft = vi.fn(async () => ({ ...server }));
const session = vi.fn(async () => {
  server.left_s = 900;
});
const leave = vi.fn(async () => undefined);

vi.mock("../src/wire/api", () => ({ api: { sessionLeft: () => sessionLeft(), session: () => session() } }));
vi.mock("../src/ui/session", () => ({
  leave: () => leave(),
  isSignedOut: (error: unknown) => error instanceof WireError && error.status === 401,
}));
vi.mock("../src/ui/message", () => ({ showStatus: () => undefined }));
vi.mock("../src/ui/texts", () => ({ texts: () => ({ shell: { extended: "" } }) }));

/** As much of an element as the warning needs. */
class Part {
  hidden = true;
  parentElement: Part | null = null;
  readonly listeners = new Map<string, () => void>();
  readonly parts = new Map<string, Part>();
  addEventListener(kind: string, then: () => void): void {
    this.listeners.set(kind, then);
  }
  contains(): boolean {
    return false;
  }
  prepend(child: Part): void {
    child.parentElement = this;
  }
  querySelector(selector: string): Part {
    return this.parts.get(selector) ?? this.parts.set(selector, new Part()).get(selector) ?? this;
  }
}

let warning: Part;
let body: Part;
let dialog: Part | null;

const part = (name: string): Part => warning.querySelector(`[data-session-${name}]`);
const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  for (const one of [sessionLeft, session, leave]) one.mockClear();
  [body, warning, dialog] = [new Part(), new Part(), null];
  warning.parentElement = body;
  vi.stubGlobal("document", {
    activeElement: null,
    querySelector: (selector: string) => (selector === "dialog[open]" ? dialog : warning),
  });
  const { watchSessionEnd } = await import("../src/ui/session_end");
  watchSessionEnd(900);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a minute before the end the page warns, and not before", async () => {
  server.left_s = 60;
  await pass(839);
  expect(sessionLeft).not.toHaveBeenCalled();
  expect(warning.hidden).toBe(true);
  await pass(1);
  expect(warning.hidden).toBe(false);
  expect(part("extend").hidden).toBe(false);
  expect(part("final").hidden).toBe(true);
});

test("a session that was used elsewhere is left in peace until its own last minute", async () => {
  server.left_s = 500;
  await pass(840);
  expect(warning.hidden).toBe(true);
  server.left_s = 60;
  await pass(440);
  expect(warning.hidden).toBe(false);
});

test("whoever stays signed in is warned again only at the new end", async () => {
  server.left_s = 60;
  await pass(840);
  part("extend").listeners.get("click")?.();
  await pass(0);
  expect(session).toHaveBeenCalledOnce();
  expect(warning.hidden).toBe(true);
  const asked = sessionLeft.mock.calls.length;
  await pass(839);
  expect(sessionLeft).toHaveBeenCalledTimes(asked);
});

test("a session used in another tab takes the warning away", async () => {
  server.left_s = 60;
  await pass(840);
  server.left_s = 890;
  await pass(10);
  expect(warning.hidden).toBe(true);
});

test("when it has ended the page goes", async () => {
  server.left_s = 5;
  await pass(840);
  sessionLeft.mockRejectedValueOnce(new WireError(401, "signed_out", ""));
  await pass(6);
  expect(leave).toHaveBeenCalledOnce();
});

test("a lost line is no end", async () => {
  server.left_s = 60;
  sessionLeft.mockRejectedValueOnce(new WireError(0, "offline", ""));
  await pass(840);
  expect(leave).not.toHaveBeenCalled();
  await pass(10);
  expect(warning.hidden).toBe(false);
});

test("what cannot be prolonged is said, not offered; and an open dialog shows it too", async () => {
  Object.assign(server, { left_s: 60, renewable: false });
  dialog = new Part();
  await pass(840);
  expect(part("extend").hidden).toBe(true);
  expect(part("final").hidden).toBe(false);
  expect(warning.parentElement).toBe(dialog);
  server.renewable = true;
});
