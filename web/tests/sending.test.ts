/** Small payloads in one request: what another try may change is tried again, what a person must change is told at once. */

import { afterEach, expect, test, vi } from "vitest";
import { sendSmall } from "../src/vault/sending";
import { codeOfError } from "./vectors";

afterEach(() => vi.unstubAllGlobals());

function answering(...answers: readonly Response[]) {
  const waiting = [...answers];
  const fetched = vi.fn(async () => waiting.shift() ?? Response.error());
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("document", { querySelector: () => null });
  return fetched;
}

test("a limit that is reached in mid-batch is told at once, not tried against for minutes", async () => {
  const full = { code: "quota_exceeded", message: "Der Tresor ist voll." };
  const fetched = answering(Response.json(full, { status: 409 }));
  expect(await codeOfError(() => sendSmall("v", [new Blob(["a"])]))).toBe("quota_exceeded");
  expect(fetched).toHaveBeenCalledOnce();
});

test("a busy server is asked again", async () => {
  const busy = { code: "busy", message: "" };
  const fetched = answering(Response.json(busy, { status: 503 }), Response.json({ uploads: ["u"] }));
  expect(await sendSmall("v", [new Blob(["a"])])).toEqual(["u"]);
  expect(fetched).toHaveBeenCalledTimes(2);
});
