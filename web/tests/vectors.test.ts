// long because: one block for each file of vectors.
/** What Python made, made again here: canonical text, derivations, documents, secrets, rows, trees. */

import { describe, expect, test } from "vitest";
import { fromArmor } from "../src/crypto/armor";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import { concat, join, utf8 } from "../src/crypto/bytes";
import { encode, parse, type Value } from "../src/crypto/canonical";
import { isPublicKey } from "../src/crypto/ed25519";
import { EncodingError, HeaderError } from "../src/crypto/errors";
import { hkdf } from "../src/crypto/hkdf";
import {
  identityText,
  isUsableRecipient,
  recipientFromSeed,
  recipientText,
  SHARE_SIZE,
  seedOfIdentity,
  wrapFileKey,
} from "../src/crypto/hybrid";
import { SegmentTree } from "../src/crypto/merkle";
import { openWithPassphrase } from "../src/crypto/passphrase";
import { stretchPassword } from "../src/crypto/password";
import { CERTIFICATE } from "../src/seals/certificate";
import {
  type Doc,
  EPOCH,
  fromDoc,
  hashOf,
  type Kind,
  LOGIN,
  MANIFEST,
  RECORD,
  ROSTER,
  read,
  readSigned,
  SCANNER_KEY,
  signDocument,
  VERDICT,
} from "../src/seals/documents";
import { checkId } from "../src/seals/ids";
import {
  codeOf,
  crockford,
  grouped,
  invitationIdOf,
  invitationSeed,
  letterLink,
} from "../src/seals/invitations";
import { keyFileText, needsPassphrase, readKeyFile, withoutArmor } from "../src/seals/keyfile";
import { commitmentOf, epochKeys, holderKeys, keyId, printOf, signingKeys } from "../src/seals/keys";
import { logSubject } from "../src/seals/log_keys";
import {
  checkName,
  checkTitle,
  openRow,
  type RowPlace,
  requireShown,
  sealRow,
  type VaultRow,
} from "../src/seals/rows";
import { SELF } from "../src/seals/self_record";
import { openThumbnail, type Pictured, sealThumbnail } from "../src/seals/thumbnails";
import {
  openUnlock,
  PASSWORD_PARAMS,
  PRF_INPUT,
  passkeyMethod,
  passkeyWrappingKey,
  passwordKeys,
  passwordSalt,
  requireParams,
} from "../src/seals/unlock";
import { codeOfError, expectCode, vectors } from "./vectors";

type Texts = Readonly<Record<string, string>>;

describe("canonical.json", () => {
  const { good, bad, base64 } = vectors<{
    good: { value: Value; text: string }[];
    bad: string[];
    base64: { good: string[]; bad: string[] };
  }>("canonical");

  test("good values have exactly one text", () => {
    expect(good.length).toBeGreaterThan(10);
    for (const { value, text } of good) {
      expect(toBase64url(encode(value))).toBe(text);
      expect(parse(fromBase64url(text))).toEqual(value);
    }
  });

  test.each(bad)("the text %s is refused", (text) => {
    expect(() => parse(fromBase64url(text))).toThrow(EncodingError);
  });

  test("base64url is read strictly", () => {
    for (const text of base64.good) expect(toBase64url(fromBase64url(text))).toBe(text);
    for (const text of base64.bad) expect(() => fromBase64url(text), text).toThrow(EncodingError);
  });
});

describe("derive.json", () => {
  const {
    joins,
    hkdf: derived,
    seeds,
    epoch,
    commitment,
    log_subjects: logSubjects,
    public_keys: publicKeys,
  } = vectors<{
    joins: { fields: string[]; joined: string }[];
    hkdf: { ikm: string; info: string; salt: string; okm: string }[];
    seeds: Texts[];
    epoch: { seed: string; contents_seed: string; recipient: string; row_key: string };
    commitment: { file_key: string; commitment: string };
    log_subjects: { firm: string; subject: string }[];
    public_keys: {
      signing_good: string[];
      signing_bad: string[];
      mlkem: string;
      x25519_good: string[];
      x25519_bad: string[];
    };
  }>("derive");

  test("fields are joined with their lengths", () => {
    for (const { fields, joined } of joins)
      expect(toBase64url(join(...fields.map(fromBase64url)))).toBe(joined);
  });

  test("a firm's log has the same subject", () => {
    for (const { firm, subject } of logSubjects) expect(logSubject(firm)).toBe(subject);
  });

  test("HKDF gives the same keys", () => {
    for (const { ikm, info, salt, okm } of derived) {
      expect(toBase64url(hkdf(fromBase64url(ikm), info, 32, fromBase64url(salt)))).toBe(okm);
    }
  });

  test.each(seeds)("a holder's keys follow from the seed $seed", async (vector) => {
    const seed = fromBase64url(vector["seed"] ?? "");
    const keys = await holderKeys(seed);
    expect(keys.identity).toBe(vector["identity"]);
    expect(toBase64url(seedOfIdentity(keys.identity))).toBe(vector["seed"]);
    expect(printOf(keys.kid)).toBe(vector["print"]);
    expect(keys.signingKey).toBe(vector["signing_key"]);
    expect(keys.recipient).toBe(vector["recipient"]);
    expect(keys.kid).toBe(vector["kid"]);
    expect((await signingKeys(seed)).kid).toBe(vector["kid_signs_only"]);
    expect(keyId(fromBase64url(keys.signingKey), keys.recipient)).toBe(vector["kid"]);
    expect(toBase64url(hkdf(seed, "siegel-sign@v1"))).toBe(vector["signing_private"]);
  });

  test("public keys are told from bytes that are none", () => {
    const { signing_good, signing_bad, mlkem, x25519_good, x25519_bad } = publicKeys;
    for (const key of signing_good) expect(isPublicKey(fromBase64url(key)), key).toBe(true);
    for (const key of signing_bad) expect(isPublicKey(fromBase64url(key)), key).toBe(false);
    const recipientWith = (point: string) => concat(fromBase64url(mlkem), fromBase64url(point));
    for (const point of x25519_good) {
      const recipient = recipientWith(point);
      expect(isUsableRecipient(recipientText(recipient)), point).toBe(true);
      expect(wrapFileKey(new Uint8Array(16), recipient).share.length).toBe(SHARE_SIZE);
    }
    for (const point of x25519_bad) {
      const recipient = recipientWith(point);
      expect(isUsableRecipient(recipientText(recipient)), point).toBe(false);
      expect(() => wrapFileKey(new Uint8Array(16), recipient), point).toThrow(HeaderError);
    }
  });

  test("an epoch's keys follow from its seed", async () => {
    const keys = await epochKeys(fromBase64url(epoch.seed));
    expect(keys.recipient).toBe(epoch.recipient);
    expect(keys.identity).toBe(identityText(fromBase64url(epoch.contents_seed)));
    expect(recipientText(recipientFromSeed(fromBase64url(epoch.contents_seed)))).toBe(epoch.recipient);
    // The row key cannot leave the browser; that it is the same shows in rows.json.
    expect(toBase64url(hkdf(fromBase64url(epoch.seed), "siegel-rows@v1"))).toBe(epoch.row_key);
  });

  test("a file key has one commitment", () => {
    expect(commitmentOf(fromBase64url(commitment.file_key))).toBe(commitment.commitment);
  });
});

describe("documents.json", () => {
  const kinds: { readonly [name: string]: Kind<unknown> } = {
    certificate: CERTIFICATE as Kind<unknown>,
    epoch: EPOCH as Kind<unknown>,
    self: SELF as Kind<unknown>,
    login: LOGIN as Kind<unknown>,
    manifest: MANIFEST as Kind<unknown>,
    record: RECORD as Kind<unknown>,
    roster: ROSTER as Kind<unknown>,
    scanner_key: SCANNER_KEY as Kind<unknown>,
    verdict: VERDICT as Kind<unknown>,
  };
  const { good, bad } = vectors<{
    good: { kind: string; namespace: string; seed: string; text: string; doc: Doc; hash: string }[];
    bad: { good: number; change: Record<string, Value>; without: string | null; code: string }[];
  }>("documents");

  function kindOf(name: string): Kind<unknown> {
    const kind = kinds[name];
    if (kind === undefined) throw new Error(`no kind ${name}`);
    return kind;
  }

  test("every kind is among them", () => {
    expect([...new Set(good.map(({ kind }) => kind))].sort()).toEqual(Object.keys(kinds).sort());
  });

  test.each(good)("$kind is signed to the same bytes and read again", async ({ kind, ...vector }) => {
    expect(kindOf(kind).namespace).toBe(vector.namespace);
    const signed = fromDoc(vector.doc);
    const keys = await signingKeys(fromBase64url(vector.seed));
    const fields = await readSigned(kindOf(kind), signed, keys.signingKey);
    expect(fields).toEqual(JSON.parse(vector.text));
    expect(hashOf(signed.bytes)).toBe(vector.hash);
    expect(await signDocument(kindOf(kind), fields, keys.signing)).toEqual(signed);
  });

  test.each(good)("$kind is refused under another's key", async ({ kind, doc }) => {
    const stranger = await signingKeys(new Uint8Array(32));
    const work = () => readSigned(kindOf(kind), fromDoc(doc), stranger.signingKey);
    expect(await codeOfError(work)).toBe("signature_invalid");
  });

  test("what is no document any more is refused with the same code", async () => {
    expect(bad.length).toBeGreaterThan(100);
    for (const { good: number, change, without, code } of bad) {
      const { kind, text } = good[number] ?? { kind: "", text: "" };
      const altered = { ...(JSON.parse(text) as Record<string, Value>), ...change };
      if (without !== null) delete altered[without];
      const found = await codeOfError(() => read(kindOf(kind), encode(altered)));
      expect(found, `${kind} ${JSON.stringify(change)} without ${without}`).toBe(code);
    }
  });

  test("ids are read strictly", async () => {
    for (const text of ["", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA=", 7]) {
      expect(await codeOfError(() => checkId(text))).toBe("not_an_id");
    }
  });
});

describe("secrets.json", () => {
  const { argon2, passwords, unlock, invitations, key_file, passkey } = vectors<{
    argon2: { m_kib: number; t: number; p: number };
    passwords: Texts[];
    unlock: Texts & { generation: number };
    invitations: { good: (Texts & { typed: string[] })[]; bad_codes: string[] };
    key_file: { text: string; passphrase: string; sealed: string };
    passkey: Texts & { generation: number };
  }>("secrets");
  const bytes = (vector: Texts, field: string) => fromBase64url(vector[field] ?? "?");

  test("no other parameters than ours are taken", async () => {
    expect(argon2).toEqual(PASSWORD_PARAMS);
    requireParams(argon2);
    for (const change of [{ m_kib: 32768 }, { t: 2 }, { p: 2 }, { m_kib: 131072 }, { t: 4 }]) {
      expect(await codeOfError(() => requireParams({ ...argon2, ...change }))).toBe("weak_parameters");
    }
  });

  test.each(passwords)("the password of $username gives the same two keys", async (vector) => {
    const password = vector["password"] ?? "";
    expect(toBase64url(utf8(password.normalize("NFKC")))).toBe(vector["normalized"]);
    const salt = passwordSalt(vector["firm"] ?? "", vector["username"] ?? "", bytes(vector, "s"));
    const { authentication, wrapping } = passwordKeys(await stretchPassword(password, salt));
    expect(toBase64url(authentication)).toBe(vector["authentication_key"]);
    expect(toBase64url(wrapping)).toBe(vector["wrapping_key"]);
  });

  test("the wrap of a passkey opens with it alone", async () => {
    const { firm = "", person = "", root, method, generation } = passkey as Texts & { generation: number };
    expect(toBase64url(PRF_INPUT)).toBe(passkey["prf_input"]);
    const wrapping = passkeyWrappingKey(bytes(passkey, "prf"));
    expect(toBase64url(wrapping)).toBe(passkey["wrapping_key"]);
    expect(passkeyMethod(bytes(passkey, "credential"))).toBe(method);
    const wrap = bytes(passkey, "wrap");
    const opened = await openUnlock(wrapping, firm, person, wrap, method);
    expect(opened).toEqual({ seed: bytes(passkey, "seed"), person, generation, root });
    for (const other of ["password", passkeyMethod(new Uint8Array(20))])
      expect(await codeOfError(() => openUnlock(wrapping, firm, person, wrap, other))).toBe("wrong_password");
  });

  test("an unlock wrap opens for its firm, person and key alone", async () => {
    const { firm = "", person = "", root, generation } = unlock as Texts & { generation: number };
    const [wrapping, wrap] = [bytes(unlock, "wrapping_key"), bytes(unlock, "wrap")];
    const opened = await openUnlock(wrapping, firm, person, wrap);
    expect(opened).toEqual({ seed: bytes(unlock, "seed"), person, generation, root });
    const spoilt = wrap.with(-1, (wrap.at(-1) ?? 0) ^ 1) as Uint8Array<ArrayBuffer>;
    const attempts = [
      () => openUnlock(wrapping, person, person, wrap),
      () => openUnlock(wrapping, firm, firm, wrap),
      () => openUnlock(new Uint8Array(32), firm, person, wrap),
      () => openUnlock(wrapping, firm, person, spoilt),
      () => openUnlock(wrapping, firm, person, wrap.slice(0, 11)),
    ];
    for (const attempt of attempts) expect(await codeOfError(attempt)).toBe("wrong_password");
  });

  test.each(invitations.good)("the code $text is read however it is typed", (vector) => {
    const { firm = "", id = "", root = "", text = "", link } = vector as Texts;
    const code = bytes(vector as Texts, "code");
    for (const typed of [...vector.typed, text, grouped(code)]) expect(codeOf(typed)).toEqual(code);
    expect(crockford(code)).toBe(text);
    expect(letterLink("https://siegel.example", id, code)).toBe(link);
    expect(toBase64url(invitationSeed(code, firm, id, root))).toBe((vector as Texts)["seed"]);
  });

  test.each(invitations.bad_codes)("the code %o is refused", async (typed) => {
    expect(await codeOfError(() => codeOf(typed))).toBe("code_invalid");
  });

  test("an invitation's id is read however it is typed", async () => {
    expect(invitationIdOf(" abcd-efoi ")).toBe("ABCDEF01");
    for (const typed of ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU"]) {
      expect(await codeOfError(() => invitationIdOf(typed))).toBe("code_invalid");
    }
  });

  test("a key file is written and read, sealed or not", async () => {
    const plain = utf8(key_file.text);
    const file = readKeyFile(plain);
    expect(keyFileText(file)).toBe(key_file.text);
    const sealed = utf8(key_file.sealed);
    expect([needsPassphrase(sealed), needsPassphrase(plain)]).toEqual([true, false]);
    expect(withoutArmor(sealed)).toEqual(fromArmor(key_file.sealed));
    expect(await openWithPassphrase(withoutArmor(sealed), key_file.passphrase)).toEqual(plain);
  });

  test("what is no key file is refused", async () => {
    const { text } = key_file;
    const others = [
      "",
      text.replace("# Siegel key file", "# Another file"),
      text.replace(/# root: .*\n/, ""),
      text.replace(/# firm: .*/, "# firm: nobody"),
      text.replace(/# generation: 1/, "# generation: 0"),
      text.replace(/\nAGE-SECRET-KEY.*/, ""),
      `${text}${identityText(new Uint8Array(32))}\n`,
      text.replace(/(\nAGE-SECRET-KEY-PQ-1.{10})./, "$1B"),
    ];
    for (const other of others)
      expect(await codeOfError(() => readKeyFile(utf8(other)))).toBe("not_a_key_file");
    expect(readKeyFile(utf8(text.replaceAll("\n", "\r\n")))).toEqual(readKeyFile(utf8(text)));
  });
});

describe("rows.json", () => {
  type Kinds = "file" | "folder" | "vault";
  const { epoch_seed, place, rows, broken_rows, shown, names, thumbnails } = vectors<{
    epoch_seed: string;
    thumbnails: {
      of: Pictured;
      image: string;
      sealed: string;
      hash: string;
      broken: { name: string; sealed: string; hash: string }[];
    };
    broken_rows: { name: string; kind: Kinds; sealed: string; code: string }[];
    shown: {
      name: string;
      row: VaultRow;
      dossier: string | null;
      shown: VaultRow;
      shown_dossier: string | null;
      code: string | null;
    }[];
    place: { firm: string; vault: string; node: string; version: number; epoch: number };
    rows: { kind: Kinds; fields: Record<string, Value>; sealed: string }[];
    names: {
      good: string[];
      bad: { name: string; code: string }[];
      good_titles: string[];
      bad_titles: { title: string; code: string }[];
    };
  }>("rows");
  const rowKey = async () => (await epochKeys(fromBase64url(epoch_seed))).rowKey;

  test.each(broken_rows)("a $kind row with $name is refused ($code)", async ({ kind, sealed, code }) => {
    const key = await rowKey();
    expect(await codeOfError(() => openRow(key, { kind, ...place }, fromBase64url(sealed)))).toBe(code);
  });

  test.each(shown)("a vault is shown $name ($code)", async ({ row, dossier, code, ...said }) => {
    const work = () => requireShown(row, dossier, { ...said.shown, dossier: said.shown_dossier });
    await expectCode(work, code);
  });

  test.each(rows)("a $kind row opens in its place and nowhere else", async ({ kind, fields, sealed }) => {
    const row = fromBase64url(sealed);
    const here: RowPlace<Kinds> = { kind, ...place };
    expect(await openRow(await rowKey(), here, row)).toEqual(fields);
    const elsewhere: RowPlace<Kinds>[] = [
      { ...here, firm: place.vault },
      { ...here, vault: place.node },
      { ...here, node: place.vault },
      { ...here, version: place.version + 1 },
      { ...here, epoch: place.epoch + 1 },
      { ...here, kind: kind === "file" ? "folder" : "file" },
    ];
    for (const there of elsewhere) {
      const key = await rowKey();
      expect(await codeOfError(() => openRow(key, there, row))).toBe("row_invalid");
    }
  });

  test("a thumbnail opens for its contents and nothing else", async () => {
    const { of, image, sealed, hash, broken } = thumbnails;
    expect(await openThumbnail(await rowKey(), of, fromBase64url(sealed), hash)).toEqual(
      fromBase64url(image),
    );
    const again = await sealThumbnail(await rowKey(), of, fromBase64url(image));
    expect(await openThumbnail(await rowKey(), of, again, hashOf(again))).toEqual(fromBase64url(image));
    for (const { name, ...box } of broken) {
      const key = await rowKey();
      const work = () => openThumbnail(key, of, fromBase64url(box.sealed), box.hash);
      expect(await codeOfError(work), name).toBe("thumbnail_invalid");
    }
  });

  test("a row that no reader would take is not sealed", async () => {
    const key = await rowKey();
    const work = () => sealRow(key, { kind: "folder", ...place }, { created: 1, name: "a/b" });
    expect(await codeOfError(work)).toBe("name_character");
  });

  test("names are judged alike", async () => {
    for (const name of names.good) expect(checkName(name)).toBe(name);
    for (const { name, code } of names.bad) expect(await codeOfError(() => checkName(name)), name).toBe(code);
    for (const title of names.good_titles) expect(checkTitle(title)).toBe(title);
    for (const { title, code } of names.bad_titles)
      expect(await codeOfError(() => checkTitle(title))).toBe(code);
  });
});

describe("trees.json", () => {
  const { trees } = vectors<{ trees: { size: number; leaves: string[]; root: string }[] }>("trees");

  test.each(trees)("$size bytes have the same leaves and root", async ({ size, leaves, root }) => {
    const tree = new SegmentTree();
    await tree.update(Uint8Array.from({ length: size }, (_, i) => i % 251));
    expect((await tree.leaves()).map(toBase64url)).toEqual(leaves);
    expect(toBase64url(await tree.root())).toBe(root);
  });
});
