import { describe, expect, test } from "vitest";
import { fromBase64, fromBase64url, toBase64, toBase64url } from "../src/crypto/base64";
import { concat, equal, fromHex, fromUtf8, join, randomBytes, u32, utf8 } from "../src/crypto/bytes";
import { EncodingError } from "../src/crypto/errors";
import { toHex } from "./hex";

describe("bytes", () => {
  test("fields are joined behind their lengths, so that no two lists of fields give the same bytes", () => {
    expect(toHex(join("ab", Uint8Array.of(0)))).toBe("0000000261620000000100");
    expect(equal(join("ab", "c"), join("a", "bc"))).toBe(false);
    expect(join()).toEqual(new Uint8Array(0));
  });

  test("comparison sees a difference at either end and in length", () => {
    const bytes = fromHex("00112233");
    expect(equal(bytes, fromHex("00112233"))).toBe(true);
    for (const other of ["01112233", "00112232", "001122", "0011223300"]) {
      expect(equal(bytes, fromHex(other))).toBe(false);
    }
  });

  test("u32 is big-endian and refuses what does not fit", () => {
    expect(toHex(u32(0x01020304))).toBe("01020304");
    for (const value of [-1, 2 ** 32, 0.5, Number.NaN]) expect(() => u32(value)).toThrow(EncodingError);
  });

  test("UTF-8 is strict in both directions", () => {
    expect(fromUtf8(utf8("Müller & Söhne 𝄞"))).toBe("Müller & Söhne 𝄞");
    expect(() => utf8("\ud800")).toThrow(EncodingError);
    for (const hex of ["c0af", "ff", "eda080", "e282"]) {
      expect(() => fromUtf8(fromHex(hex))).toThrow(EncodingError);
    }
    expect(fromUtf8(fromHex("efbbbf41"))).toBe("\ufeffA");
  });

  test("hex has one spelling", () => {
    expect(toHex(concat(Uint8Array.of(0, 255), Uint8Array.of(16)))).toBe("00ff10");
    for (const text of ["0", "0G", "AB", " 00"]) expect(() => fromHex(text)).toThrow(EncodingError);
  });
});

describe("base64", () => {
  test("the vectors of RFC 4648 hold, without padding", () => {
    const vectors = {
      "": "",
      f: "Zg",
      fo: "Zm8",
      foo: "Zm9v",
      foob: "Zm9vYg",
      fooba: "Zm9vYmE",
      foobar: "Zm9vYmFy",
    };
    for (const [plain, encoded] of Object.entries(vectors)) {
      expect(toBase64url(utf8(plain))).toBe(encoded);
      expect(fromUtf8(fromBase64url(encoded))).toBe(plain);
    }
    expect(toBase64url(fromHex("fbff"))).toBe("-_8");
    expect(toBase64(fromHex("fbff"))).toBe("+/8");
  });

  test("every length up to two slices comes back", () => {
    for (const length of [1, 2, 3, 8191, 8192, 8193, 16_384, 20_000]) {
      const bytes = randomBytes(length);
      expect(equal(fromBase64url(toBase64url(bytes)), bytes)).toBe(true);
    }
  });

  test("padding, the other alphabet, spaces and unused bits are refused", () => {
    for (const text of ["Zg==", "+/8", "Zm 8", "Zm8\n", "Z", "Zh", "Zm9"]) {
      expect(() => fromBase64url(text)).toThrow(EncodingError);
    }
    for (const text of ["-_8", "Zg=", "Zh"]) expect(() => fromBase64(text)).toThrow(EncodingError);
  });
});
