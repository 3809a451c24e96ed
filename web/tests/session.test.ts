/** The session ends under an open page. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PERSON } from "../src/keyring/presence";
import { showProblem } from "../src/ui/message";
import { isLeaving, isSignedOut } from "../src/ui/session";
import { WireError } from "../src/wire/http";
import { kept } from "./kept_store";

const told: unknown[] = [];

vi.mock("../src/keyring/store", () => import("./kept_store"));

const assign = vi.fn();

beforeEach(() => {
  kept.clear();
  told.length = 0;
  assign.mockClear();
  kept.set(PERSON, { person: "somebody" });
  kept.set("head:vault", { seq: 1, head: "" });
  vi.stubGlobal("document", { body: { dataset: { slug: "muster" } } });
  vi.stubGlobal("location", { assign, pathname: "/tresore/a", hash: "#folder" });
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
  const address = "/k/muster?grund=abgelaufen&next=%2Ftresore%2Fa#folder";
  await vi.waitFor(() => expect(assign).toHaveBeenCalledExactlyOnceWith(address));
  expect([...kept.keys()]).toEqual(["head:vault"]);
  expect(told).toEqual(["session-ended"]);
  expect(isLeaving()).toBe(true);
});

test("a refused password is not the end of a session", () => {
  expect(isSignedOut(new WireError(401, "sign_in_refused", ""))).toBe(false);
  expect(isSignedOut(new WireError(0, "offline", ""))).toBe(false);
  expect(isSignedOut(new Error("signed_out"))).toBe(false);
});
