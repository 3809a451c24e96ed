/** What a package of another firm may say, and what its archive may be. */

import { deflateRawSync } from "node:zlib";
import { encode as encodeCode } from "uqr";
import { describe, expect, it } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import { type Bytes, concat, utf8 } from "../src/crypto/bytes";
import { encode, type Value } from "../src/crypto/canonical";
import { pieces, readAll } from "../src/crypto/source";
import { sign } from "../src/crypto/sshsig";
import { cardOf, readPackage, recipientHash, recipientOn, signPackage } from "../src/seals/handover";
import { newId } from "../src/seals/ids";
import { holderKeys } from "../src/seals/keys";
import { spokenOf } from "../src/ui/spoken";
import { zipMembers } from "../src/vault/unzip";
import { zip } from "../src/vault/zip";

const sender = await holderKeys(new Uint8Array(32).fill(1));
const receiver = await holderKeys(new Uint8Array(32).fill(2));
const HASH = toBase64url(new Uint8Array(32));

const FILE = {
  content_hash: HASH,
  created: null,
  file: "0001.age",
  modified: 1_700_000_000,
  path: ["Ordner", "Beleg.pdf"],
  size: 3,
  type: "application/pdf",
};

function fields(file: object = {}) {
  return {
    created: 1_700_000_000,
    dossier: { client_name: "Müller", client_number: "1", title: "Akte" },
    files: [{ ...FILE, ...file }],
    firm: newId(),
    recipient: receiver.recipient,
    recipient_of_sender: sender.recipient,
    sender: newId(),
    signing_key: sender.signingKey,
    vault: newId(),
  };
}

async function envelope(value: object, keys = sender): Promise<Bytes> {
  const bytes = encode(value as Value);
  const sig = await sign(keys.signing, "siegel-handover@v1", bytes);
  return utf8(JSON.stringify({ bytes: toBase64url(bytes), sig: toBase64url(sig) }));
}

describe("the list of a package", () => {
  it("reads what was signed, and names the sender's key", async () => {
    const made = await signPackage(fields(), sender);
    const read = await readPackage(made.envelope, receiver.recipient);
    expect([read.sender, read.hash, read.fields.files[0]?.path]).toEqual([sender.kid, made.hash, FILE.path]);
  });

  it("refuses one that was passed on to somebody else", async () => {
    const { envelope } = await signPackage(fields(), sender);
    await expect(readPackage(envelope, sender.recipient)).rejects.toMatchObject({ code: "package_foreign" });
  });

  it("refuses the signature of another key than the named one", async () => {
    await expect(readPackage(await envelope(fields(), receiver), receiver.recipient)).rejects.toMatchObject({
      code: "signature_invalid",
    });
  });

  it.each([
    { file: "../0001.age" },
    { file: "index.json.age" },
    { file: "0001" },
    { path: [] },
    { path: ["..", "x"] },
    { path: ["a/b"] },
    { path: ["a\u202eb"] },
    { size: -1 },
    { more: 1 },
  ])("refuses a file that says %j", async (said) => {
    await expect(readPackage(await envelope(fields(said)), receiver.recipient)).rejects.toThrow();
  });

  it("refuses a file that is listed twice", async () => {
    const twice = { ...fields(), files: [FILE, FILE] };
    await expect(readPackage(await envelope(twice), receiver.recipient)).rejects.toMatchObject({
      code: "document_invalid",
    });
  });
});

describe("a card", () => {
  it("is found in what somebody sent, and its words are those of the program", () => {
    const card = `# Siegel\r\n# babab\r\n${receiver.recipient}\r\n`;
    expect(recipientOn(card)).toBe(receiver.recipient);
    expect(spokenOf(recipientHash(receiver.recipient)).split(" ")).toHaveLength(8);
  });

  it.each([
    "",
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    receiver.recipient.slice(0, -1),
    `A${receiver.recipient.slice(1)}`,
    ...["\n", "\r\n", "\r", "\v", "\u0085", "\u2028", "\u2029"].map(
      (end) => `# für Kanzlei${end}${sender.recipient}\n${receiver.recipient}\n`,
    ),
  ])("is not %j", (text) => {
    expect(() => recipientOn(text)).toThrow(expect.objectContaining({ code: "not_a_card" }));
  });

  it("holds no second recipient, whatever the server calls the firm", () => {
    for (const end of ["\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"]) {
      const card = cardOf(`für Kanzlei${end}${sender.recipient}`, "babab", receiver.recipient);
      expect([card.split("\n").length, recipientOn(card)]).toEqual([4, receiver.recipient]);
    }
  });

  it("may come from a QR code, in capitals", () => {
    expect(recipientOn(receiver.recipient.toUpperCase())).toBe(receiver.recipient);
    expect(encodeCode(receiver.recipient.toUpperCase(), { ecc: "L" }).version).toBeLessThan(30);
  });
});

describe("an archive", () => {
  async function archived(): Promise<Bytes> {
    async function* pieces() {
      yield utf8("eins");
    }
    return readAll(zip([{ path: "0001.age", modified: 0, read: async () => pieces() }]));
  }

  it("gives back what was put into it", async () => {
    const member = (await zipMembers(new Blob([await archived()]))).get("0001.age");
    expect(new TextDecoder().decode(await readAll((await member?.open()) ?? new Uint8Array()))).toBe("eins");
  });

  it("is refused, or loses nothing unseen, wherever it is cut", async () => {
    const whole = await archived();
    for (let size = 0; size < whole.length; size++)
      await expect(zipMembers(new Blob([whole.slice(0, size)]))).rejects.toMatchObject({ code: "not_a_zip" });
  });

  /** One deflated entry of 64 MiB, which the directory says has `size` bytes. */
  function bomb(size: number): Bytes {
    const packed = deflateRawSync(new Uint8Array(64 << 20));
    const name = utf8("index.json.age");
    const fields = new Uint8Array(16);
    const view = new DataView(fields.buffer);
    view.setUint32(0, 8, true); // flags 0 and method 8, then the time
    view.setUint16(0, 0, true);
    view.setUint16(2, 8, true);
    const sizes = new Uint8Array(12);
    new DataView(sizes.buffer).setUint32(4, packed.length, true);
    new DataView(sizes.buffer).setUint32(8, size, true);
    const lengths = new Uint8Array(4);
    new DataView(lengths.buffer).setUint16(0, name.length, true);
    const local = concat(
      utf8("PK\u0003\u0004"),
      new Uint8Array([20, 0]),
      fields.slice(0, 8),
      sizes,
      lengths,
      name,
      packed,
    );
    const start = utf8("PK\u0001\u0002");
    const entry = concat(
      start,
      new Uint8Array([20, 0, 20, 0]),
      fields.slice(0, 8),
      sizes,
      lengths,
      new Uint8Array(14),
      name,
    );
    const end = new Uint8Array(22);
    end.set(utf8("PK\u0005\u0006"));
    const last = new DataView(end.buffer);
    last.setUint16(8, 1, true);
    last.setUint16(10, 1, true);
    last.setUint32(12, entry.length, true);
    last.setUint32(16, local.length, true);
    return concat(local, entry, end);
  }

  it("gives no more of an entry than its directory says, however much it inflates to", async () => {
    for (const size of [0, 100, (64 << 20) - 1]) {
      const member = (await zipMembers(new Blob([bomb(size)]))).get("index.json.age");
      let read = 0;
      const all = async () => {
        for await (const piece of pieces((await member?.open()) ?? new Uint8Array())) read += piece.length;
      };
      await expect(all()).rejects.toMatchObject({ code: "not_a_zip" });
      expect(read).toBeLessThanOrEqual(size);
    }
    const whole = (await zipMembers(new Blob([bomb(64 << 20)]))).get("index.json.age");
    expect((await readAll((await whole?.open()) ?? new Uint8Array())).length).toBe(64 << 20);
  });

  it("is found before a comment", async () => {
    const whole = await archived();
    whole[whole.length - 2] = 3;
    expect((await zipMembers(new Blob([concat(whole, utf8("abc"))]))).size).toBe(1);
  });
});
