/**
 * What Python made, made again here: the vectors of the standards below the signed records.
 *
 * Bytes are base64url. The signed records themselves are tested beside `src/seals`.
 */

import { describe, expect, test } from "vitest";
import { openHeader } from "../src/crypto/age";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { encode, parse } from "../src/crypto/canonical";
import { signingKeyFromSeed } from "../src/crypto/ed25519";
import { EncodingError } from "../src/crypto/errors";
import { identityText, recipientFromSeed, recipientText } from "../src/crypto/hybrid";
import { leafHash, rootFromLeaves, SegmentTree } from "../src/crypto/merkle";
import { stretchPassword } from "../src/crypto/password";
import { commitment, openPayload } from "../src/crypto/payload";
import { readAll } from "../src/crypto/source";
import { sign, verify } from "../src/crypto/sshsig";
import { hasVectors, vectors } from "./vectors";

type Texts = Readonly<Record<string, string>>;

/** A field that must be there. */
function bytes(vector: Texts, field: string): Uint8Array<ArrayBuffer> {
  const text = vector[field];
  if (text === undefined) throw new Error(`the vector has no ${field}`);
  return fromBase64url(text);
}

function text(vector: Texts, field: string): string {
  const value = vector[field];
  if (value === undefined) throw new Error(`the vector has no ${field}`);
  return value;
}

describe("shared vectors", () => {
  test.skipIf(!hasVectors("canonical"))("canonical JSON is accepted and refused alike", () => {
    const { good, bad } = vectors<{ good: string[]; bad: string[] }>("canonical");
    expect(Math.min(good.length, bad.length)).toBeGreaterThan(0);
    for (const document of good) {
      expect(toBase64url(encode(parse(fromBase64url(document))))).toBe(document);
    }
    for (const document of bad) expect(() => parse(fromBase64url(document)), document).toThrow(EncodingError);
  });

  test.skipIf(!hasVectors("sshsig"))("signatures are the same bytes", async () => {
    for (const vector of vectors<Texts[]>("sshsig")) {
      const key = await signingKeyFromSeed(bytes(vector, "seed"));
      const [namespace, message] = [text(vector, "namespace"), bytes(vector, "message")];
      expect(toBase64url(await sign(key, namespace, message))).toBe(vector["blob"]);
      await verify(bytes(vector, "blob"), namespace, message, key.publicKey);
    }
  });

  test.skipIf(!hasVectors("merkle"))("trees have the same roots", async () => {
    for (const { leaves, root } of vectors<{ leaves: string[]; root: string }[]>("merkle")) {
      const hashes = await Promise.all(leaves.map((leaf) => leafHash(fromBase64url(leaf))));
      expect(toBase64url(rootFromLeaves(hashes))).toBe(root);
    }
  });

  test.skipIf(!hasVectors("password"))("passwords are stretched to the same keys", async () => {
    for (const vector of vectors<Texts[]>("password")) {
      const stretched = await stretchPassword(text(vector, "password"), bytes(vector, "salt"));
      expect(toBase64url(stretched)).toBe(vector["stretched"]);
    }
  });

  test.skipIf(!hasVectors("age"))("files that Python sealed open, and their hashes agree", async () => {
    for (const vector of vectors<Texts[]>("age")) {
      const seed = bytes(vector, "seed");
      expect(recipientText(recipientFromSeed(seed))).toBe(vector["recipient"]);
      const fileKey = openHeader(bytes(vector, "header"), identityText(seed));
      expect(toBase64url(commitment(fileKey))).toBe(vector["commitment"]);
      const tree = new SegmentTree();
      const plaintext = await readAll(openPayload(fileKey, tree.follow(bytes(vector, "payload"))));
      expect(toBase64url(plaintext)).toBe(vector["plaintext"]);
      expect(toBase64url(await tree.root())).toBe(vector["payload_hash"]);
    }
  });
});
