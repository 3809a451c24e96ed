import { afterEach, describe, expect, test, vi } from "vitest";
import { type Bytes, fromHex, randomBytes, utf8 } from "../src/crypto/bytes";
import { isSignedBy, publicKeyFromSeed, signingKeyFromSeed } from "../src/crypto/ed25519";
import { SignatureError } from "../src/crypto/errors";
import { hkdf } from "../src/crypto/hkdf";
import { stretchPassword } from "../src/crypto/password";
import { sign, verify } from "../src/crypto/sshsig";
import { toHex } from "./hex";

afterEach(() => {
  vi.restoreAllMocks();
});

function withoutNativeEd25519(): void {
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("unknown", "NotSupportedError"));
}

describe.each([["native"], ["in JavaScript"]])("Ed25519, %s", (engine) => {
  // RFC 8032 § 7.1, TEST 1 to 3.
  const vectors: [string, string, string, string][] = [
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
  ];

  test.each(vectors)(
    "the vector of RFC 8032 with the seed %s holds",
    async (seed, publicKey, message, signature) => {
      if (engine !== "native") withoutNativeEd25519();
      const key = await signingKeyFromSeed(fromHex(seed));
      expect(toHex(key.publicKey)).toBe(publicKey);
      expect(toHex(await key.sign(fromHex(message)))).toBe(signature);
      expect(await isSignedBy(key.publicKey, fromHex(message), fromHex(signature))).toBe(true);
      expect(await isSignedBy(key.publicKey, fromHex("00"), fromHex(signature))).toBe(false);
    },
  );

  test("a signature with S + L, a short one and a key that is no point are refused", async () => {
    if (engine !== "native") withoutNativeEd25519();
    const [, publicKey, , signature] = vectors[0] as [string, string, string, string];
    // L added to S: the same equation holds, yet RFC 8032 § 5.1.7 demands S < L.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = fromHex(signature);
    const s = BigInt(`0x${toHex(bytes.slice(32).reverse())}`) + order;
    bytes.set(fromHex(s.toString(16).padStart(64, "0")).reverse(), 32);
    const nothing = new Uint8Array(0);
    expect(await isSignedBy(fromHex(publicKey), nothing, bytes)).toBe(false);
    expect(await isSignedBy(fromHex(publicKey), nothing, fromHex(signature).slice(1))).toBe(false);
    expect(await isSignedBy(fromHex(`02${"00".repeat(31)}`), nothing, fromHex(signature))).toBe(false);
    expect(await isSignedBy(nothing, nothing, fromHex(signature))).toBe(false);
  });
});

describe("signing keys", () => {
  test("the secret cannot be read from the key object", async () => {
    const key = await signingKeyFromSeed(randomBytes(32));
    expect(Object.keys(key).sort()).toEqual(["publicKey", "sign"]);
  });

  test("a seed of another length is refused", async () => {
    expect(() => publicKeyFromSeed(randomBytes(31))).toThrow(RangeError);
    await expect(signingKeyFromSeed(randomBytes(64))).rejects.toThrow(RangeError);
  });
});

describe("SSHSIG", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const publicKey = publicKeyFromSeed(seed);
  const namespace = "siegel-record@v1";
  const message = utf8("Größe zählt nicht\n");
  // Made by `ssh-keygen -Y sign -n siegel-record@v1` of OpenSSH 9.2, with this seed as its key.
  const blob = fromHex(
    "53534853494700000001000000330000000b7373682d656432353531390000002003a107bff3ce10be1d70dd18e74bc09967e4d6309ba5" +
      "0d5f1ddc8664125531b80000001073696567656c2d7265636f72644076310000000000000006736861353132000000530000000b737368" +
      "2d6564323535313900000040aceee55375cbe4d79b9e36f0fcbe54e66b4a06e50cf2103199365694154daadc3e77b984dd79ddbc3c0d5d" +
      "0fad0da3c2c447bcf5ec667b0e15632e28fba2430a",
  );

  test("we sign as ssh-keygen does and verify its blob", async () => {
    const key = await signingKeyFromSeed(seed);
    expect(toHex(await sign(key, namespace, message))).toBe(toHex(blob));
    await verify(blob, namespace, message, publicKey);
  });

  test("another namespace, message or key is refused", async () => {
    const refused = (...args: Parameters<typeof verify>): Promise<void> =>
      expect(verify(...args)).rejects.toThrow(SignatureError);
    await refused(blob, "siegel-roster@v1", message, publicKey);
    await refused(blob, namespace, utf8("anderes"), publicKey);
    await refused(blob, namespace, message, publicKeyFromSeed(randomBytes(32)));
    await refused(blob, namespace, message, publicKey.subarray(1));
    await refused(blob, "", message, publicKey);
  });

  test("no bit of a blob can be changed, nothing added, nothing left off", async () => {
    const altered: Bytes[] = [
      blob.slice(1),
      blob.slice(0, -1),
      new Uint8Array([...blob, 0]),
      new Uint8Array(0),
    ];
    for (let at = 0; at < blob.length; at++) {
      const bytes = blob.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      altered.push(bytes);
    }
    for (const bytes of altered) {
      await expect(verify(bytes, namespace, message, publicKey)).rejects.toThrow(SignatureError);
    }
  });
});

describe("derivations", () => {
  test("HKDF gives the output of RFC 5869, test cases 1 and 3", () => {
    const ikm = fromHex("0b".repeat(22));
    const okm1 = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    const info = fromHex("f0f1f2f3f4f5f6f7f8f9");
    expect(toHex(hkdf(ikm, info, 42, fromHex("000102030405060708090a0b0c")))).toBe(okm1);
    const okm3 = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
    expect(toHex(hkdf(ikm, "", 42))).toBe(okm3);
  });

  test("a password is stretched as the Argon2 reference implementation does it", async () => {
    const salt = Uint8Array.from({ length: 32 }, (_, i) => i);
    const expected = "9d339013440123efb45ba7767e2c9f3336b74b98a3dca191c7a4fe2ae827def0";
    expect(toHex(await stretchPassword("Größe ﬁnal ①2", salt))).toBe(expected);
    expect(toHex(await stretchPassword("Gro\u0308ße final 12", salt))).toBe(expected);
    expect(toHex(await stretchPassword("größe final 12", salt))).not.toBe(expected);
    await expect(stretchPassword("kurz", salt.slice(0, 15))).rejects.toThrow("salt");
  });
});
