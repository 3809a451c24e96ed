/** The age test vectors of C2SP CCTV, run through our header, passphrase and payload code. */

import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import * as files from "cctv-age";
import { describe, expect, test } from "vitest";
import { chacha20poly1305, TAG_SIZE } from "../src/crypto/aead";
import { openHeader } from "../src/crypto/age";
import { fromArmor } from "../src/crypto/armor";
import { concat, fromHex, fromUtf8 } from "../src/crypto/bytes";
import { CryptoError, PayloadError } from "../src/crypto/errors";
import { parseHeader, requireMac, splitFile } from "../src/crypto/header";
import { hkdf } from "../src/crypto/hkdf";
import { openWithPassphrase } from "../src/crypto/passphrase";
import { CHUNK_SIZE, NONCE_SIZE, openPayload } from "../src/crypto/payload";
import { pieces } from "../src/crypto/source";

interface Vector {
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Uint8Array;
}

function parseVector(name: string, bytes: Uint8Array): Vector {
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const fields = new Map(lines.map((line) => line.split(": ", 2) as [string, string]));
  const body = bytes.subarray(end + 2);
  return { name, fields, file: fields.has("compressed") ? new Uint8Array(inflateSync(body)) : body };
}

const vectors = Object.entries(files)
  .filter(([, value]) => value instanceof Uint8Array)
  .map(([name, bytes]) => parseVector(name, bytes));

/** Classic stanzas are never opened here: what is wrong inside of them cannot be seen. The rest of such files can. */
const onlyClassic = (name: string): boolean => name.startsWith("x25519_") || name === "hybrid_x25519_arg";
const applicable = vectors.filter(
  ({ name, fields }) =>
    fields.get("expect") === "success" || !(onlyClassic(name) || /no match/.test(classicOutcome(fields))),
);

function classicOutcome(fields: ReadonlyMap<string, string>): string {
  return fields.get("identity")?.startsWith("AGE-SECRET-KEY-1") ? (fields.get("expect") ?? "") : "";
}

/** The plaintext released, and the error that ended the release. */
async function open(vector: Vector): Promise<{ released: Uint8Array[]; error?: unknown }> {
  const released: Uint8Array[] = [];
  const { fields } = vector;
  try {
    const file = fields.has("armored") ? fromArmor(fromUtf8(vector.file)) : vector.file;
    const passphrase = fields.get("passphrase");
    const plaintext = passphrase
      ? pieces(await openWithPassphrase(file, passphrase))
      : openPayload(fileKeyOf(file, fields), splitFile(file).payload);
    for await (const piece of plaintext) released.push(piece);
    return { released };
  } catch (error) {
    return { released, error };
  }
}

function fileKeyOf(file: Uint8Array, fields: ReadonlyMap<string, string>): Uint8Array {
  const { header, payload } = splitFile(file);
  const identity = fields.get("identity");
  if (identity?.startsWith("AGE-SECRET-KEY-PQ-1")) return openHeader(header, identity);
  // The vector says which file key the classic stanza holds; everything around it is ours to judge.
  const fileKey = fromHex(fields.get("file key") ?? "");
  requireMac(parseHeader(header), fileKey);
  // A file without a whole nonce counts as a bad header in these vectors; our payloads stand apart.
  if (payload.length < NONCE_SIZE) throw new PayloadError("counted as a header failure");
  return fileKey;
}

function outcome({ name, fields }: Vector): readonly string[] {
  switch (fields.get("expect")) {
    case "no match":
      return ["no_match", "passphrase"];
    case "payload failure":
      return ["payload"];
    case "header failure":
      return name.endsWith("_nonce") ? ["payload"] : ["header"];
    default:
      return ["header"]; // of the MAC and of the armor
  }
}

describe("CCTV", () => {
  test("nearly all vectors apply", () => {
    expect(vectors.length).toBeGreaterThanOrEqual(130);
    expect(vectors.length - applicable.length).toBeLessThanOrEqual(14);
  });

  test.each(applicable)("$name", async (vector) => {
    const { released, error } = await open(vector);
    if (vector.fields.get("expect") === "success") {
      expect(error).toBeUndefined();
    } else {
      expect(error).toBeInstanceOf(CryptoError);
      expect(outcome(vector)).toContain((error as CryptoError).code);
    }
    if (vector.fields.get("expect") === "HMAC failure") expect(String(error)).toContain("MAC");
    const expected = vector.fields.get("payload") ?? sha256([]);
    const withheld = WRONG_LAST_CHUNK.test(vector.name)
      ? [await withheldChunk(vector, concat(...released))]
      : [];
    expect(sha256([...released, ...withheld])).toBe(expected);
  });
});

/**
 * Here a whole chunk says that it is the last and is not, or the reverse. The vectors let such a chunk out before the error;
 * ours, which knows where the payload ends, withholds it.
 */
const WRONG_LAST_CHUNK =
  /^armor_garbage_encoded$|^stream_(no_final_(two_chunks_)?full|trailing_garbage_(long|short)|two_final_chunks(_full|_second)?)$/;

/** The chunk after what was released, opened in spite of its wrong flag. */
async function withheldChunk({ file, fields }: Vector, released: Uint8Array): Promise<Uint8Array> {
  const { payload } = splitFile(fields.has("armored") ? fromArmor(fromUtf8(file)) : file);
  const number = released.length / CHUNK_SIZE;
  const at = NONCE_SIZE + number * (CHUNK_SIZE + TAG_SIZE);
  const chunk = payload.slice(at, at + CHUNK_SIZE + TAG_SIZE);
  const isLast = at + chunk.length === payload.length;
  const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number, isLast ? 0 : 1);
  const key = hkdf(fromHex(fields.get("file key") ?? ""), "payload", 32, payload.subarray(0, NONCE_SIZE));
  const plaintext = await (await chacha20poly1305(key)).open(nonce, chunk);
  if (!plaintext) throw new Error("the chunk is wrong in more than its flag");
  return plaintext;
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
