/** The session ends under an open page. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PERSON } from "../src/keyring/presence";
import { showProblem } from "../src/ui/message";
import { isLeaving, isSignedOut } from "../src/ui/session";
import { WireError } from "../src/wire/http";

const kept = vi.hoisted(() => new Map<string, unknown>());
const told: unknown[] = [];

vi.mock("../src/keyring/store", () => ({
  recall: async (key: string) => kept.get(key),
  keep: async (key: string, value: unknown) => void kept.set(key, value),
  forgetOne: async (key: string) => void kept.delete(key),
  forgetAll: async () => kept.clear(),
}));

const assign = vi.fn();

beforeEach(() => {
  kept.clear();
  told.length = 0;
  assign.mockClear();
  kept.set(PERSON, { person: "somebody" });
  kept.set("head:vault", { seq: 1, head: "" });
  vi.stubGlobal("document", { body: { dataset: { slug: "muster" } } });
  vi.stubGlobal("location", { assign });
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      postMessage(notice: unknown) {
        told.push(notice);
      }
      close() {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

test("the key goes, other tabs are told, and the page leads to the sign-in page", async () => {
  expect(isLeaving()).toBe(false);
  showProblem(new WireError(401, "signed_out", "Bitte melden Sie sich an."));
  await vi.waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith("/k/muster?grund=abgelaufen"));
  expect([...kept.keys()]).toEqual(["head:vault"]);
  expect(told).toEqual(["session-ended"]);
  expect(isLeaving()).toBe(true);
});

test("a refused password is not the end of a session", () => {
  expect(isSignedOut(new WireError(401, "sign_in_refused", ""))).toBe(false);
  expect(isSignedOut(new WireError(0, "offline", ""))).toBe(false);
  expect(isSignedOut(new Error("signed_out"))).toBe(false);
});
