/** The story's vault with so many entries that a browser keeps its replay. */

import { fromBase64url, toBase64url } from "../src/crypto/base64";
import type { Open } from "../src/keyring/keyring";
import { PERSON } from "../src/keyring/presence";
import { type Change, type Doc, hashOf, RECORD, signDocument, toDoc } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { epochKeys } from "../src/seals/keys";
import { sealRow } from "../src/seals/rows";
import type { RowAnswer } from "../src/wire/vault_api";
import { type HostileServer, keysOf, story } from "./hostile_server";
import { kept } from "./kept_store";

export const NOW = 1_800_100_000;
export const MANY = 600;

/** Boxes of kept vaults in this browser. */
export const boxes = () => [...kept.keys()].filter((key) => key.startsWith("box:"));

/** As after a sign-in: the key that lies in this browser. */
export async function keepKey({ session, root }: Open): Promise<void> {
  const local = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const [person, firm] = [session.person.id, session.firm.id];
  kept.set(PERSON, { person, firm, generation: 1, root, local, sealed: new Uint8Array(60) });
}

/** A record of `who` upon the last one shown. */
export async function signedBy(server: HostileServer, who: string, ...changes: Change[]): Promise<Doc> {
  const { kid: author, signing } = await keysOf(who);
  const { seq, head: previous } = server.news;
  const { firm, vault } = story;
  return toDoc(await signDocument(RECORD, { author, changes, firm, previous, seq: seq + 1, vault }, signing));
}

/** One record of the client's makes so many folders. */
export async function addFolders(server: HostileServer, count: number, prefix = "Vorgang"): Promise<void> {
  const { rowKey } = await epochKeys(fromBase64url(story.epoch_seeds["2"] ?? ""));
  const { firm, vault } = story;
  const made = await Promise.all(
    Array.from({ length: count }, async (_, i): Promise<[Change, RowAnswer]> => {
      const node = newId();
      const place = { kind: "folder", firm, vault, node, version: 0, epoch: 2 } as const;
      const row = await sealRow(rowKey, place, { created: NOW, name: `${prefix} ${i}` });
      const change = { kind: "folder", epoch: 2, node, parent: vault, row: hashOf(row) } as const;
      return [change, { node, version: 0, row: toBase64url(row) }];
    }),
  );
  const record = await signedBy(server, "client", ...made.map(([change]) => change));
  server.add({ record }, ...made.map(([, row]) => row));
}
