/**
 * A server that answers as it likes, in place of `fetch`: the honest answers of chain.json's story, altered by a test.
 * What the client sends is kept. IndexedDB is a Map, as Node has none.
 */

import { vi } from "vitest";
import { fromBase64url, toBase64url } from "../src/crypto/base64";
import type { Open } from "../src/keyring/keyring";
import {
  type Doc,
  fromDoc,
  hashOf,
  signDocument,
  toDoc,
  VERDICT,
  type Verdict,
} from "../src/seals/documents";
import { type HolderKeys, holderKeys, signingKeys } from "../src/seals/keys";
import type { Session } from "../src/wire/api";
import type { CertificateAnswer, EntryAnswer } from "../src/wire/evidence";
import type { News, RowAnswer, VersionAnswer } from "../src/wire/vault_api";
import { vectors } from "./vectors";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Story {
  readonly firm: string;
  readonly vault: string;
  readonly root: string;
  readonly people: Record<string, { seed: string; kid: string; subject: string }>;
  readonly certificates: CertificateAnswer[];
  readonly entries: EntryAnswer[];
  readonly rows: RowAnswer[];
  readonly wraps: { readonly epoch: number; readonly key: string; readonly age: string }[];
  readonly epoch_seeds: Record<string, string>;
  readonly files: {
    readonly node: string;
    readonly version: number;
    readonly header: string;
    readonly leaves: string;
    readonly payload: string;
    readonly content: string;
    readonly verdict: Doc;
  }[];
}

export const story = vectors<Story>("chain");

export function seedOf(name: string): Uint8Array<ArrayBuffer> {
  return fromBase64url(story.people[name]?.seed ?? "");
}

export function keysOf(name: string): Promise<HolderKeys> {
  return holderKeys(seedOf(name));
}

/** A person of the story who is signed in, his key open. */
export async function signedIn(name: "clerk" | "client" | "owner"): Promise<Open> {
  const { kid = "", subject = "" } = story.people[name] ?? {};
  const session: Session = {
    person: { id: subject, name, username: name, role: name, kid },
    firm: { id: story.firm, slug: "muster", name: "Kanzlei Muster", root: story.root },
    half: toBase64url(new Uint8Array(32)),
    unlock: null,
  };
  return { session, keys: await keysOf(name), generation: 1, root: story.root };
}

/** The scanner's signed word on a payload; `by` may be somebody else. */
export async function verdictOn(about: Partial<Verdict>, by = seedOf("scanner")): Promise<Doc> {
  const { kid, signing } = await signingKeys(by);
  const verdict = { database: "1", engine: "test", firm: story.firm, reason: null, result: "clean" } as const;
  const fields = { ...verdict, scanned_at: 1_800_000_000, scanner: kid, ...about } as Verdict;
  return toDoc(await signDocument(VERDICT, fields, signing));
}

/** b64 with one bit of the middle byte turned. */
export function flipped(text: string): string {
  const bytes = fromBase64url(text);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return toBase64url(bytes);
}

export type NewsAnswer = Mutable<Omit<News, "certificates" | "records" | "rows" | "wraps">> & {
  certificates: CertificateAnswer[];
  records: Mutable<EntryAnswer>[];
  rows: Mutable<RowAnswer>[];
  wraps: { epoch: number; key: string; age: string }[];
};

export class HostileServer {
  readonly news: NewsAnswer;
  readonly answers = new Map<string, unknown>();
  readonly sent: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
  /** How a post is answered; without an entry with an empty object. */
  readonly rules = new Map<string, (body: never) => unknown>();

  constructor(who: string) {
    const { kid } = story.people[who] ?? { kid: "" };
    const { certificates, entries, rows, wraps } = structuredClone(story);
    this.news = {
      records: entries,
      certificates,
      revocations: [],
      teams: [],
      rows: rows.map(({ node, version, row }) => ({ node, version, row })),
      wraps: wraps.filter(({ key }) => key === kid),
      people: [],
      more: false,
      due: false,
      seq: 0,
      head: "",
    };
    this.claimHead();
    this.answers.set(`vaults/${story.vault}/news`, this.news);
    for (const file of structuredClone(story.files)) this.addFile(file);
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => Promise.resolve(this.answer(path, init)));
    vi.stubGlobal("document", { querySelector: () => null });
  }

  /** The answer about a version of the story's file. */
  version(number: number): Mutable<VersionAnswer> {
    return this.answers.get(this.place(number)) as Mutable<VersionAnswer>;
  }

  place(number: number): string {
    return `vaults/${story.vault}/nodes/${story.files[0]?.node}/versions/${number}`;
  }

  /** The head that the records shown give. */
  claimHead(): void {
    const last = this.news.records.at(-1);
    this.news.seq = this.news.records.length;
    this.news.head = last === undefined ? "" : hashOf(fromDoc(last.record).bytes);
  }

  /** One more record, as if it had been accepted. */
  add(entry: Omit<EntryAnswer, "accepted_at" | "log_index">, ...rows: RowAnswer[]): void {
    const logged = [...this.news.records, ...this.news.certificates].map(({ log_index }) => log_index);
    this.news.records.push({ ...entry, accepted_at: 1_800_100_000, log_index: 1 + Math.max(...logged) });
    this.news.rows.push(...rows);
    this.claimHead();
  }

  posted(end: string): readonly Record<string, unknown>[] {
    return this.sent.filter(({ path }) => path.endsWith(end)).map(({ body }) => body);
  }

  private addFile({ node, version, header, leaves, payload, verdict }: Story["files"][number]): void {
    const manifests = this.news.records.flatMap(({ manifests: all }) => all ?? []);
    const place = `vaults/${story.vault}/nodes/${node}/versions/${version}`;
    this.answers.set(place, { manifest: manifests[version - 1], header, leaves, verdict });
    this.answers.set(`${place}/payload`, fromBase64url(payload));
  }

  private answer(address: string, { method, body }: RequestInit): Response {
    const url = new URL(address, "http://localhost");
    const path = url.pathname.replace(/^\/api\//, "");
    if (method === "POST") {
      const value = JSON.parse(String(body)) as Record<string, unknown>;
      this.sent.push({ path, body: value });
      return Response.json(this.rules.get(path)?.(value as never) ?? {});
    }
    const found = this.answers.get(path);
    if (found === undefined) return Response.json({ code: "not_found", message: path }, { status: 404 });
    if (found instanceof Uint8Array) return new Response(new Uint8Array(found));
    if (found !== this.news) return Response.json(found);
    return Response.json({
      ...this.news,
      records: this.news.records.slice(Number(url.searchParams.get("since"))),
    });
  }
}
