/** The calls of docs/formats.md, section 10, about vaults: their chains, what lies in them, locks, what happened. */

import type { Doc, Rights } from "../seals/documents";
import type { Head } from "../seals/entries";
import type { Directory, EntryAnswer } from "./evidence";
import { call } from "./http";

/** Somebody keeps a file to himself for a while. `row`: his sealed reason. */
export interface LockAnswer {
  readonly node: string;
  /** Id of the person. */
  readonly person: string;
  readonly name: string;
  readonly since: number;
  readonly until: number;
  readonly epoch: number;
  readonly row: string | null;
}

/** What happened in a vault, as the log has it. */
export interface ActivityAnswer {
  readonly index: number;
  readonly at: number;
  /** Id of the person, and the name; null where nobody was signed in. */
  readonly by: string | null;
  readonly name: string | null;
  readonly kind: string;
  readonly attested_by: "person" | "scanner" | "server";
  readonly seq: number | null;
  readonly node?: string | null;
  readonly version?: number | null;
}

export interface VaultListed extends Head {
  readonly id: string;
  readonly vault_kind: "dossier" | "personal";
  readonly dossier: {
    readonly id: string;
    readonly title: string;
    readonly client_number: string;
    readonly client_name: string;
  } | null;
  readonly due: boolean;
  readonly rights: Rights;
}

/** What somebody declared about a vault. */
export interface EventAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

export interface RowAnswer {
  readonly node: string;
  readonly version: number;
  /** In answers: the record that brought it. */
  readonly seq?: number;
  readonly row: string;
}

export interface Append {
  readonly record: Doc;
  readonly roster?: Doc;
  readonly epoch?: Doc;
  readonly previous_seed?: string;
  readonly wraps?: readonly { readonly key: string; readonly age: string }[];
  readonly rows?: readonly RowAnswer[];
  /** Of a team's next key, with a team's epoch. */
  readonly certificate?: Doc;
}

/** A record for one of several vaults. */
export interface VaultAppend extends Append {
  readonly vault: string;
}

export interface News extends Directory, Head {
  readonly records: readonly EntryAnswer[];
  readonly more: boolean;
  /** The person's own, and those of the teams he is in; `key` is the kid a wrap is sealed for. */
  readonly wraps: readonly { readonly epoch: number; readonly key: string; readonly age: string }[];
  readonly rows: readonly RowAnswer[];
  /** Names of the people in these records, as the server has them. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly due: boolean;
  /** All that was declared about the vault. */
  readonly events?: readonly EventAnswer[];
  readonly locks?: readonly LockAnswer[];
  /** What the founder of a personal vault called it later. */
  readonly title?: { readonly epoch: number; readonly row: string } | null;
  readonly settings?: {
    readonly trash_days: number;
    readonly lock_hours: number;
    readonly quota: { readonly used: number; readonly limit: number | null };
  };
  /** Versions that wait to be released: for a badge only, clients see for themselves. */
  readonly held?: readonly { readonly node: string; readonly version: number }[];
}

export interface CommitBody {
  readonly record: Doc;
  /** `upload`: null exactly for a copy within the vault. */
  readonly files: readonly {
    readonly upload: string | null;
    readonly manifest: Doc;
    readonly header: string;
    readonly row: string;
    /** Sealed; as the manifest says. */
    readonly thumbnail?: string;
  }[];
  readonly rows?: readonly RowAnswer[];
}

interface CheckAnswer {
  readonly upload: string;
  readonly verdict: Doc | null;
  readonly code: string | null;
  readonly message: string;
}

export interface VersionAnswer {
  readonly manifest: Doc;
  readonly header: string;
  readonly verdict: Doc | null;
  readonly leaves: string;
}

export const vaultPath = (vault: string): string => `/api/vaults/${vault}`;
const versionPath = (vault: string, node: string, version: number): string =>
  `${vaultPath(vault)}/nodes/${node}/versions/${version}`;

export const vaultApi = {
  /** Who else can open the vault, and whether mail can be sent to him. */
  noticeReaders: (vault: string) =>
    call<{ people: readonly { id: string; name: string; reachable: boolean }[] }>(
      "GET",
      `${vaultPath(vault)}/notice`,
    ),
  notify: (vault: string, people: readonly string[], sentence: string) =>
    call<{ sent: number }>("POST", `${vaultPath(vault)}/notice`, { people, sentence }),
  beginVault: (id: string, dossier: string | null, append: Append) =>
    call<Head>("POST", "/api/vaults", { id, dossier, ...append }),
  /** `locks` changes whenever somebody locks or releases something. */
  head: (vault: string) => call<Head & { locks?: number }>("GET", `${vaultPath(vault)}/head`),
  news: (vault: string, since: number, isBackground: boolean) =>
    call<News>("GET", `${vaultPath(vault)}/news?since=${since}${isBackground ? "&background=true" : ""}`),
  /** The next record alone, and what verifies and opens it. */
  briefNews: (vault: string, since: number) =>
    call<News>("GET", `${vaultPath(vault)}/news?since=${since}&brief=true`),
  append: (vault: string, append: Append) => call<Head>("POST", `${vaultPath(vault)}/records`, append),
  scannerKey: () => call<{ doc: Doc }>("GET", "/api/scanner-key"),
  check: (
    vault: string,
    uploads: readonly { upload: string; payload_hash: string; commitment: string; scanner_header: string }[],
  ) => call<{ results: readonly CheckAnswer[] }>("POST", `${vaultPath(vault)}/check`, { uploads }),
  commit: (vault: string, body: CommitBody) => call<Head>("POST", `${vaultPath(vault)}/commit`, body),
  version: (vault: string, node: string, version: number) =>
    call<VersionAnswer>("GET", versionPath(vault, node, version)),
  /** Of versions named `node.version`, at most 50. */
  thumbnails: (vault: string, named: readonly string[]) =>
    call<{ thumbnails: readonly { node: string; version: number; box: string }[] }>(
      "GET",
      `${vaultPath(vault)}/thumbnails?of=${named.join(",")}`,
    ),
  payloadPath: (vault: string, node: string, version: number): string =>
    `${versionPath(vault, node, version)}/payload`,
  vaults: () => call<{ vaults: readonly VaultListed[] }>("GET", "/api/vaults"),
  lock: (vault: string, node: string, epoch: number, row: string | null) =>
    call<{ until: number }>("POST", `${vaultPath(vault)}/locks`, {
      node,
      epoch,
      ...(row === null ? {} : { row }),
    }),
  unlockNode: (vault: string, node: string) => call<unknown>("DELETE", `${vaultPath(vault)}/locks/${node}`),
  /** `row`: the sealed name of a vault of one's own. */
  rename: (vault: string, epoch: number, row: string) =>
    call<unknown>("POST", `${vaultPath(vault)}/title`, { epoch, row }),
  handedOver: (vault: string, said: { package: string; recipient: string; files: number }) =>
    call<unknown>("POST", `${vaultPath(vault)}/hand-overs`, said),
  takenIn: (vault: string, said: { package: string; sender: string; files: number }) =>
    call<unknown>("POST", `${vaultPath(vault)}/take-ins`, said),
  /** ≤ 100 entries, the latest first, before a place in the log. */
  activity: (vault: string, before: number | null, node: string | null) => {
    const asked = new URLSearchParams({
      ...(before === null ? {} : { before: String(before) }),
      ...(node === null ? {} : { node }),
    });
    return call<{ entries: readonly ActivityAnswer[] }>("GET", `${vaultPath(vault)}/activity?${asked}`);
  },
};
