import { describe, expect, test } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import { spokenOf } from "../src/ui/spoken";

const key = (byte: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(byte);

describe("a key id for people", () => {
  test("is eight words that can be spoken", () => {
    expect(spokenOf(toBase64url(key(0)))).toBe(Array(8).fill("babab").join(" "));
    expect(spokenOf(toBase64url(key(255)))).toBe(Array(8).fill("zuzuz").join(" "));
  });

  test("has other words when any of the first 128 bits differs", () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < 128; bit++) {
      const bytes = key(0);
      bytes[bit >> 3] = 1 << (bit & 7);
      seen.add(spokenOf(toBase64url(bytes)));
    }
    expect(seen.size).toBe(128);
  });
});
