import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { describe, expect, test } from "vitest";
import {
  newFileKey,
  openHeader,
  openHeaderNatively,
  openSmall,
  sealHeader,
  sealHeaderNatively,
  sealSmall,
} from "../src/crypto/age";
import { fromArmor, toArmor } from "../src/crypto/armor";
import { concat, randomBytes, utf8 } from "../src/crypto/bytes";
import { CryptoError, HeaderError, NoMatchError, PassphraseError, PayloadError } from "../src/crypto/errors";
import { encodeHeader, MAX_HEADER_SIZE, parseHeader, splitFile } from "../src/crypto/header";
import {
  identityText,
  recipientFromSeed,
  recipientOfText,
  recipientText,
  seedOfIdentity,
} from "../src/crypto/hybrid";
import { openWithPassphrase, sealWithPassphrase } from "../src/crypto/passphrase";
import { openPayload, sealPayload } from "../src/crypto/payload";
import { readAll } from "../src/crypto/source";

const seed = randomBytes(32);
const identity = identityText(seed);
const recipient = recipientText(recipientFromSeed(seed));
const stranger = recipientText(recipientFromSeed(randomBytes(32)));

describe("identities and recipients", () => {
  test("a seed gives the identity and the recipient that age-encryption knows for it", async () => {
    expect(identity).toMatch(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]+$/);
    expect(recipient).toBe(await identityToRecipient(identity));
    const foreign = await generateHybridIdentity();
    expect(identityText(seedOfIdentity(foreign))).toBe(foreign);
    expect(recipientText(recipientOfText(recipient))).toBe(recipient);
  });

  test("classic, altered and wrongly written texts are refused", async () => {
    const classic = await generateX25519Identity();
    const altered = `${identity.slice(0, -1)}${identity.endsWith("Q") ? "P" : "Q"}`;
    for (const text of [classic, altered, identity.toLowerCase(), "", `${identity} `, recipient]) {
      expect(() => seedOfIdentity(text)).toThrow(HeaderError);
    }
    for (const text of [
      await identityToRecipient(classic),
      recipient.toUpperCase(),
      recipient.slice(0, -1),
      identity,
    ]) {
      expect(() => recipientOfText(text)).toThrow(HeaderError);
    }
  });

  test("an error never quotes the secret it was given", () => {
    const altered = `${identity.slice(0, -6)}QQQQQQ`;
    let message = "";
    try {
      seedOfIdentity(altered);
    } catch (error) {
      message = String(error).toUpperCase();
    }
    expect(message).toContain("AGE-SECRET-KEY-PQ-");
    expect(message).not.toContain(altered.slice(20, 30));
  });
});

describe("headers", () => {
  test("each recipient finds the file key, a stranger finds none", () => {
    const fileKey = newFileKey();
    const header = sealHeader(fileKey, [stranger, recipient]);
    expect(openHeader(header, identity)).toEqual(fileKey);
    expect(() => openHeader(header, identityText(randomBytes(32)))).toThrow(NoMatchError);
  });

  test("two headers over one payload each give the whole file to stock age-encryption", async () => {
    const fileKey = newFileKey();
    const payload = await readAll(sealPayload(fileKey, utf8("Bescheid")));
    const other = await generateHybridIdentity();
    const headers: [Uint8Array, string][] = [
      [sealHeader(fileKey, [recipient]), identity],
      [sealHeader(fileKey, [await identityToRecipient(other)]), other],
    ];
    for (const [header, key] of headers) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(key);
      expect(await decrypter.decrypt(concat(header, payload), "text")).toBe("Bescheid");
    }
  });

  test("no single bit of a header can be changed", () => {
    const header = sealHeader(newFileKey(), [recipient]);
    for (let at = 0; at < header.length; at += 7) {
      const altered = header.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => openHeader(altered, identity)).toThrow(CryptoError);
    }
    const other = sealHeader(newFileKey(), [recipient]);
    expect(() => openHeader(concat(header.subarray(0, -45), other.subarray(-45)), identity)).toThrow("MAC");
  });

  test("what follows a header, and what is cut off, is refused", () => {
    const header = sealHeader(newFileKey(), [recipient]);
    for (const extra of ["\n", "x", "\0"]) {
      expect(() => openHeader(concat(header, utf8(extra)), identity)).toThrow(HeaderError);
    }
    for (const size of [0, 1, 100, header.length - 1]) {
      expect(() => openHeader(header.subarray(0, size), identity)).toThrow(HeaderError);
    }
  });

  test("a passphrase beside a recipient is refused, in whichever order", () => {
    const fileKey = newFileKey();
    const hybrid = parseHeader(sealHeader(fileKey, [recipient])).stanzas;
    const scrypt = { args: ["scrypt", "AAAAAAAAAAAAAAAAAAAAAA", "10"], body: new Uint8Array(32) };
    for (const stanzas of [
      [...hybrid, scrypt],
      [scrypt, ...hybrid],
    ]) {
      expect(() => openHeader(encodeHeader(stanzas, fileKey), identity)).toThrow(HeaderError);
    }
    expect(openHeader(encodeHeader(hybrid, fileKey), identity)).toEqual(fileKey);
  });

  test("an oversized header is refused, read or written", () => {
    const huge = concat(utf8("age-encryption.org/v1\n"), new Uint8Array(MAX_HEADER_SIZE).fill(0x41));
    expect(() => openHeader(huge, identity)).toThrow("too long");
    expect(() => splitFile(huge)).toThrow(HeaderError);
    expect(() => sealHeader(newFileKey(), Array<string>(50).fill(recipient))).toThrow(HeaderError);
    expect(() => sealHeader(newFileKey(), [])).toThrow(HeaderError);
    expect(() => sealHeader(randomBytes(32), [recipient])).toThrow(HeaderError);
  });
});

describe("small files", () => {
  test("stock age-encryption opens ours and we open its", async () => {
    const wrap = randomBytes(32);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(await decrypter.decrypt(await sealSmall(wrap, [recipient]))).toEqual(wrap);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    expect(await openSmall(await encrypter.encrypt(wrap), identity)).toEqual(wrap);
  });

  test("an altered or truncated file opens not at all", async () => {
    const file = await sealSmall(randomBytes(32), [recipient]);
    for (const size of [file.length - 1, file.length - 49, 10]) {
      await expect(openSmall(file.subarray(0, size), identity)).rejects.toThrow(CryptoError);
    }
    const altered = file.slice();
    altered[file.length - 1] = (altered[file.length - 1] ?? 0) ^ 0x80;
    await expect(openSmall(altered, identity)).rejects.toThrow(PayloadError);
  });
});

describe("passphrases", () => {
  const text = utf8("# Siegel key file\n");

  test("stock age-encryption opens our key file and we open its, armored too", async () => {
    const decrypter = new Decrypter();
    decrypter.addPassphrase("Tür zu 1");
    const ours = await sealWithPassphrase(text, "Tür zu 1", 10);
    expect(await decrypter.decrypt(ours)).toEqual(text);
    expect(await openWithPassphrase(fromArmor(toArmor(ours)), "Tür zu 1")).toEqual(text);
    const encrypter = new Encrypter();
    encrypter.setPassphrase("Tür zu 1");
    encrypter.setScryptWorkFactor(10);
    expect(await openWithPassphrase(await encrypter.encrypt(text), "Tür zu 1")).toEqual(text);
  });

  test("the wrong passphrase, a file for somebody's key and broken armor are told apart", async () => {
    const file = await sealWithPassphrase(text, "richtig", 10);
    await expect(openWithPassphrase(file, "falsch")).rejects.toThrow(PassphraseError);
    await expect(openWithPassphrase(await sealSmall(text, [recipient]), "richtig")).rejects.toThrow(
      NoMatchError,
    );
    expect(() => fromArmor(toArmor(file).replace("BEGIN", "BEGUN"))).toThrow(HeaderError);
  });

  test("the usual work factor is the one of the age tool", async () => {
    const file = await sealWithPassphrase(text, "richtig");
    expect(new TextDecoder("latin1").decode(splitFile(file).header)).toMatch(/-> scrypt \S{22} 18\n/);
    expect(await openWithPassphrase(file, "richtig")).toEqual(text);
  });
});

describe("payloads apart from their headers", () => {
  test("a payload opens under its own file key only", async () => {
    const payload = await readAll(sealPayload(newFileKey(), utf8("Bescheid")));
    await expect(readAll(openPayload(newFileKey(), payload))).rejects.toThrow(PayloadError);
  });
});

describe("a header opened as fast as the browser can", () => {
  test("gives what the other way gives, however it was sealed, and refuses what that refuses", async () => {
    const fileKey = newFileKey();
    for (const header of [sealHeader(fileKey, [recipient]), await sealHeaderNatively(fileKey, [recipient])]) {
      expect(await openHeaderNatively(header, identity)).toEqual(fileKey);
      expect(openHeader(header, identity)).toEqual(fileKey);
      await expect(openHeaderNatively(header, identityText(randomBytes(32)))).rejects.toThrow(NoMatchError);
    }
  });
});
