/**
 * age files under a passphrase (C2SP age, "The scrypt recipient type"): how key files are kept.
 *
 * scrypt takes about a second and 256 MiB; call it from a worker.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scrypt } from "hash-wasm";
import { newFileKey } from "./age";
import { toBase64 } from "./base64";
import { type Bytes, concat, randomBytes, utf8 } from "./bytes";
import { HeaderError, NoMatchError, PassphraseError } from "./errors";
import { decoded, encodeHeader, parseHeader, requireMac, SCRYPT, type Stanza, splitFile } from "./header";
import { FILE_KEY_SIZE, openPayload, sealPayload } from "./payload";
import { readAll } from "./source";

const LABEL = utf8("age-encryption.org/v1/scrypt");
const SALT_SIZE = 16;
const BODY_SIZE = FILE_KEY_SIZE + 16;
const ZERO_NONCE = new Uint8Array(12);

/** log2 of scrypt's cost, as age's own tool takes it: 256 MiB. */
const WORK_FACTOR = 18;
/** A file that asks for more is refused: 1 GiB is what a browser can give. */
const MAX_WORK_FACTOR = 20;

/** A whole age file of a few bytes that this passphrase opens. */
export async function sealWithPassphrase(
  plaintext: Uint8Array,
  passphrase: string,
  workFactor: number = WORK_FACTOR,
): Promise<Bytes> {
  const fileKey = newFileKey();
  const salt = randomBytes(SALT_SIZE);
  const key = await wrappingKey(passphrase, salt, workFactor);
  const args = [SCRYPT, toBase64(salt), String(workFactor)];
  const stanza = { args, body: chacha20poly1305(key, ZERO_NONCE).encrypt(fileKey) };
  return concat(encodeHeader([stanza], fileKey), await readAll(sealPayload(fileKey, plaintext)));
}

/**
 * The contents of such a file, all of it verified.
 *
 * @throws PassphraseError for the wrong passphrase; NoMatchError for a file that is under none; HeaderError for one that
 * is malformed or asks for too much work; PayloadError.
 */
export async function openWithPassphrase(file: Uint8Array, passphrase: string): Promise<Bytes> {
  const { header: headerBytes, payload } = splitFile(file);
  const header = parseHeader(headerBytes);
  const stanza = header.stanzas.find(({ args }) => args[0] === SCRYPT);
  if (!stanza) throw new NoMatchError("the file is not under a passphrase");
  const fileKey = await fileKeyFrom(stanza, passphrase);
  requireMac(header, fileKey);
  return readAll(openPayload(fileKey, payload));
}

async function fileKeyFrom({ args, body }: Stanza, passphrase: string): Promise<Uint8Array> {
  const salt = decoded(args[1] ?? "");
  const workFactor = args[2] ?? "";
  if (args.length !== 3 || salt.length !== SALT_SIZE || body.length !== BODY_SIZE) {
    throw new HeaderError("malformed scrypt stanza");
  }
  if (!/^[1-9][0-9]?$/.test(workFactor)) throw new HeaderError("malformed work factor");
  if (Number(workFactor) > MAX_WORK_FACTOR) throw new HeaderError("the work factor is too high");
  const key = await wrappingKey(passphrase, salt, Number(workFactor));
  try {
    return chacha20poly1305(key, ZERO_NONCE).decrypt(body);
  } catch {
    throw new PassphraseError("the passphrase is wrong");
  }
}

function wrappingKey(passphrase: string, salt: Uint8Array, workFactor: number): Promise<Uint8Array> {
  return scrypt({
    password: utf8(passphrase),
    salt: concat(LABEL, salt),
    costFactor: 2 ** workFactor,
    blockSize: 8,
    parallelism: 1,
    hashLength: 32,
    outputType: "binary",
  });
}
