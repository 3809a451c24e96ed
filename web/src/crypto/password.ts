/**
 * A person's password, stretched: what the server and a thief of its database must repeat for every guess.
 *
 * The parameters are a floor and a ceiling. They are constants here and never taken from the server, which could
 * otherwise ask for a cheap one. Takes most of a second and 64 MiB; call it from a worker.
 */

import { argon2id } from "hash-wasm";
import { type Bytes, utf8 } from "./bytes";
import { EncodingError } from "./errors";

const MEMORY_KIB = 64 * 1024;
const PASSES = 3;
const LANES = 1;
const KEY_SIZE = 32;

/** Argon2id (RFC 9106, version 0x13; 64 MiB, 3 passes, 1 lane) of the password in NFKC: 32 bytes. */
export async function stretchPassword(password: string, salt: Uint8Array): Promise<Bytes> {
  if (salt.length < 16) throw new EncodingError("a salt has 16 bytes or more");
  const stretched = await argon2id({
    password: utf8(password.normalize("NFKC")),
    salt,
    memorySize: MEMORY_KIB,
    iterations: PASSES,
    parallelism: LANES,
    hashLength: KEY_SIZE,
    outputType: "binary",
  });
  return new Uint8Array(stretched);
}
