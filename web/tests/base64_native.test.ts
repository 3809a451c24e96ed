/** Base64 as a browser has it, made as strict as our own; Node has none, so one stands here that takes too much. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as ours from "../src/crypto/base64";
import { randomBytes } from "../src/crypto/bytes";

type Options = { readonly alphabet: string };
const taken: string[] = [];

/** Takes spaces and padding, as browsers do, and whatever else is foreign. */
function fromBase64(text: string, { alphabet }: Options): Uint8Array {
  taken.push(text);
  return new Uint8Array(Buffer.from(text, alphabet as BufferEncoding));
}

function toBase64(this: Uint8Array, { alphabet }: Options): string {
  return Buffer.from(this).toString(alphabet as BufferEncoding);
}

let native: typeof ours;

beforeEach(async () => {
  taken.length = 0;
  Object.assign(Uint8Array, { fromBase64 });
  Object.assign(Uint8Array.prototype, { toBase64 });
  vi.resetModules();
  native = await import("../src/crypto/base64");
});
afterEach(() => {
  Reflect.deleteProperty(Uint8Array, "fromBase64");
  Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
});

/** The bytes, or that it is refused. */
function outcome(decode: (text: string) => Uint8Array, text: string): string {
  try {
    return decode(text).join(" ");
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

test("the browser's base64 is used, and gives what ours gives", () => {
  for (let length = 0; length < 100; length++) {
    const bytes = randomBytes(length);
    const text = native.toBase64url(bytes);
    expect(text).toBe(ours.toBase64url(bytes));
    expect(native.fromBase64url(text)).toEqual(bytes);
  }
  expect(taken.length).toBe(100);
});

test("what is no canonical base64url is refused whatever the browser takes", () => {
  const characters = ["A", "Q", "g", "w", "-", "_", "=", "+", " ", "\n", "é"];
  let texts = [""];
  for (let length = 1; length <= 4; length++) {
    texts = texts.flatMap((text) => characters.map((character) => text + character));
    const differing = texts.filter(
      (text) => outcome(native.fromBase64url, text) !== outcome(ours.fromBase64url, text),
    );
    // Buffer reads both alphabets, which no browser does.
    expect(differing.filter((text) => !text.includes("+"))).toEqual([]);
  }
  for (const text of ["AAA A", "AAAA ", "AAAA=", " AAAA", "AAAAAB", "AA\nAA\n"])
    expect(outcome(native.fromBase64url, text)).toBe("not base64");
});
