/**
 * A firm and its honest server, in place of `fetch`: certificates, revocations, teams, vaults, invitations. It keeps what
 * it is sent in the order of a log, refuses what is stale and what its rules forbid (by the same replay as the clients'),
 * and checks that every wrap is for somebody who belongs.
 */

import { expect, vi } from "vitest";
import { toBase64url } from "../src/crypto/base64";
import type { Bytes } from "../src/crypto/bytes";
import type { Open } from "../src/keyring/keyring";
import { keyIdOf } from "../src/seals/admission";
import { CERTIFICATE, type CertificateKind, PERSONS, type Role } from "../src/seals/certificate";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import { type Doc, fromDoc, RECORD, read, type Signed, toDoc } from "../src/seals/documents";
import { SealError } from "../src/seals/errors";
import { newId } from "../src/seals/ids";
import { certificateHash, certify } from "../src/seals/issue";
import { type HolderKeys, holderKeys, type SigningKeys, signingKeys } from "../src/seals/keys";
import { managesAll, presently, teamMembers } from "../src/seals/members";
import { acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer, RevocationAnswer } from "../src/wire/evidence";
import type { Append, RowAnswer, VaultAppend } from "../src/wire/vault_api";
import { directoryAbout, namedIn, PAGE, pageOf } from "./firm_directory";
import { isLost, lostVaults } from "./lost_vaults";
import { Refused } from "./refused";

export interface Person {
  readonly id: string;
  readonly keys: HolderKeys;
  readonly hash: string;
  readonly open: Open;
}

interface Chain {
  readonly entries: EntryAnswer[];
  readonly rows: RowAnswer[];
  readonly wraps: { epoch: number; key: string; age: string }[];
  readonly replayed: VaultChain;
}

export const randomSeed = () => crypto.getRandomValues(new Uint8Array(32));

export class FirmServer {
  readonly id = newId();
  /** What the server's clock says. */
  now = Math.floor(Date.now() / 1000);
  readonly certificates: CertificateAnswer[] = [];
  readonly revocations: RevocationAnswer[] = [];
  readonly chains = new Map<string, Chain>();
  readonly invitations: Record<string, unknown>[] = [];
  readonly posts: string[] = [];
  /** Of whom certificates were asked for, page by page; null: of all. */
  readonly asked: (readonly string[] | null)[] = [];
  /** Sealed names that vaults were given later, by id. */
  readonly titles = new Map<string, { epoch: number; row: string }>();
  /** Those of the one person who writes any. */
  /** The head of the firm's log, for who knows the tree of so many entries. */
  log = (_since: number): unknown => ({ key: null, checkpoint: null, proof: [], begun: [] });
  readonly selfRecords: { number: number; age: string }[] = [];
  /** What becomes of an answer to a question: a hostile server's doing. */
  tamper: (
    answer: { teams?: { id: string; entries: EntryAnswer[] }[] } & Record<string, unknown>,
  ) => unknown = (answer) => answer;
  /** Called before a post is taken: another client may have been quicker. */
  before: (path: string) => Promise<void> = async () => undefined;
  readonly rootSeed: Bytes;
  readonly recoverySeed: Bytes;
  readonly root: SigningKeys;
  readonly recovery: HolderKeys;
  owner: Person;
  private readonly known: Certificates;
  private as: Open | null = null;
  private index = 0;

  private constructor(
    seeds: readonly [Bytes, Bytes],
    root: SigningKeys,
    recovery: HolderKeys,
    known: Certificates,
  ) {
    [this.rootSeed, this.recoverySeed] = seeds;
    this.root = root;
    this.recovery = recovery;
    this.known = known;
    this.owner = undefined as never;
  }

  static async found(): Promise<FirmServer> {
    const seeds = [randomSeed(), randomSeed()] as const;
    const [root, recovery] = [await signingKeys(seeds[0]), await holderKeys(seeds[1])];
    const id = newId();
    const server = new FirmServer(seeds, root, recovery, await Certificates.verify(id, root.kid, []));
    Object.assign(server, { id });
    const self = { kind: "root", subject: id, signingKey: root.signingKey, recipient: null } as const;
    const rootHash = await server.accept(await certify(id, self, root, null, server.now));
    const held = { kind: "recovery", subject: id, ...recovery } as const;
    await server.accept(await certify(id, held, root, rootHash, server.now));
    server.owner = await server.hire("owner", { keys: root, hash: rootHash });
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => server.answer(path, init));
    vi.stubGlobal("document", { querySelector: () => null });
    return server;
  }

  /** A person of this kind, certified by `by`, signed in. */
  async hire(
    kind: Role,
    by: { readonly keys: SigningKeys; readonly hash: string } = this.owner,
    office: string | null = null,
  ): Promise<Person> {
    const keys = await holderKeys(randomSeed());
    const id = newId();
    const signed = await certify(this.id, { kind, subject: id, ...keys }, by.keys, by.hash, this.now, {
      office,
    });
    const hash = await this.accept(signed);
    const session = {
      person: { id, name: kind, username: kind, role: kind, kid: keys.kid },
      firm: { id: this.id, slug: "muster", name: "Kanzlei Muster", root: this.root.kid },
      half: "",
      unlock: null,
    };
    return { id, keys, hash, open: { session, keys, generation: 1, root: this.root.kid } };
  }

  /** Shows a certificate that no honest server would have taken into its log. */
  smuggle(signed: Signed): void {
    this.certificates.push({ doc: toDoc(signed), accepted_at: this.now, log_index: ++this.index });
  }

  /** Takes a certificate into the log; gives its hash. */
  async accept(signed: Signed): Promise<string> {
    const answer = { doc: toDoc(signed), accepted_at: this.now, log_index: ++this.index };
    await this.known.add([acceptedOf(answer)]);
    this.certificates.push(answer);
    return certificateHash(signed);
  }

  /** Whose session the next calls come from. */
  signIn({ open }: Person): Open {
    this.as = open;
    return open;
  }

  /** What a client that asks now would know. */
  directory() {
    const teams = [...this.chains]
      .filter(([, { replayed }]) => replayed.kind === "team")
      .map(([id, { entries }]) => ({ id, entries }));
    return { certificates: this.certificates, revocations: this.revocations, teams };
  }

  ofKind(kind: CertificateKind) {
    return this.known.all().filter((certificate) => certificate.kind === kind);
  }

  get last(): number {
    return this.index;
  }

  chain(id: string): VaultChain {
    return this.chainOf(id).replayed;
  }

  private chainOf(id: string): Chain {
    const chain = this.chains.get(id);
    if (chain === undefined) throw new Refused(404, "not_found");
    return chain;
  }

  private async append(id: string, append: Append): Promise<object> {
    const chain = this.chains.get(id) ?? {
      entries: [],
      rows: [],
      wraps: [],
      replayed: VaultChain.begin(this.known, id),
    };
    const { replayed } = chain;
    const { seq, previous } = read(RECORD, fromDoc(append.record).bytes);
    if (seq !== replayed.seq + 1 || previous !== replayed.head) throw new Refused(409, "stale");
    const moment = { logIndex: this.index, time: this.now };
    const before = new Set(replayed.holders(moment).map(({ key }) => key));
    if (append.certificate !== undefined) await this.accept(fromDoc(append.certificate));
    const { record, roster, epoch, previous_seed, wraps = [], rows = [] } = append;
    const entry: EntryAnswer = {
      record,
      ...(roster ? { roster } : {}),
      ...(epoch ? { epoch } : {}),
      ...(previous_seed ? { previous_seed } : {}),
      accepted_at: this.now,
      log_index: ++this.index,
    };
    await replayed.apply(entryOf(entry));
    const now = replayed.holders({ logIndex: this.index, time: this.now }).map(({ key }) => key);
    const needed = epoch === undefined ? now.filter((key) => !before.has(key)) : now;
    expect(wraps.map(({ key }) => key).sort()).toEqual([...needed].sort());
    chain.entries.push(entry);
    chain.rows.push(...rows);
    chain.wraps.push(...wraps.map(({ key, age }) => ({ epoch: replayed.epoch.epoch, key, age })));
    this.chains.set(id, chain);
    if (replayed.kind === "team") this.known.teams.set(id, replayed);
    return { seq: replayed.seq, head: replayed.head };
  }

  /** Takes a revocation into the log that somebody brings who has no page here. */
  take(signed: Signed): Promise<void> {
    return this.revoke(toDoc(signed));
  }

  private async revoke(doc: Doc): Promise<void> {
    const answer = { doc, accepted_at: this.now, log_index: ++this.index };
    await this.known.add([], [acceptedOf(answer)]);
    this.revocations.push(answer);
    for (const { wraps } of this.chains.values()) {
      const kept = wraps.filter(({ key }) => this.known.revocationOf(key) === null);
      wraps.splice(0, wraps.length, ...kept);
    }
  }

  private due(kind: "team" | "vault"): string[] {
    const moment = presently(this.now);
    return [...this.chains]
      .filter(([, { replayed }]) => (replayed.kind === "team") === (kind === "team"))
      .filter(([, { replayed }]) => replayed.isRotationDue(moment))
      .map(([id]) => id)
      .sort();
  }

  private recoverable(after: string) {
    const kid = this.as?.keys.kid ?? "";
    const later = [...this.chains].filter(([id]) => id > after).sort(([a], [b]) => (a < b ? -1 : 1));
    const chains = later
      .filter(([, { replayed }]) => managesAll(this.known.person(kid).kind, replayed.kind))
      .map(([id, { replayed, wraps }]) => ({
        id,
        vault_kind: replayed.kind,
        held: replayed.roster?.holders.some(({ key }) => key === kid) ?? false,
        wraps: wraps.filter(({ key }) => key === this.recovery.kid),
      }));
    return { chains: chains.slice(0, PAGE), more: chains.length > PAGE };
  }

  private news(id: string, since: number, isBrief: boolean) {
    const { entries, rows, wraps, replayed } = this.chainOf(id);
    const kid = this.as?.keys.kid ?? "";
    const moment = presently(this.now);
    const author = this.known.person(kid);
    const isRuler = managesAll(author.kind, replayed.kind) || isLost(author, replayed, this.known);
    if (!isRuler && replayed.rightsOf(kid, moment) === null) throw new Refused(404, "not_found");
    const isHis = (key: string): boolean => {
      const team = this.known.of(key);
      return key === kid || (team?.kind === "team" && teamMembers(team.subject, this.known, moment).has(kid));
    };
    const { teams, ...certified } = directoryAbout(this.directory(), [...namedIn(this.chains, id), id]);
    return {
      ...certified,
      teams: teams.filter((team) => team.id !== id),
      records: entries.slice(since, isBrief ? since + 1 : undefined),
      rows,
      wraps: wraps.filter(({ key }) => isHis(key)),
      people: [],
      title: this.titles.get(id) ?? null,
      more: isBrief && since + 1 < entries.length,
      // The clients derive it from the log.
      due: false,
      seq: replayed.seq,
      head: replayed.head,
    };
  }

  private async answer(address: string, { method, body }: RequestInit): Promise<Response> {
    const url = new URL(address, "http://localhost");
    const path = url.pathname.replace(/^\/api\//, "");
    try {
      if (method === "POST") {
        await this.before(path);
        this.posts.push(path);
        return Response.json(await this.post(path, JSON.parse(String(body)) as never));
      }
      return Response.json(this.tamper(structuredClone(this.get(path, url.searchParams)) as never));
    } catch (error) {
      if (!(error instanceof Refused || error instanceof SealError)) throw error;
      const status = error instanceof Refused ? error.status : 400;
      return Response.json({ code: error.code, message: "" }, { status });
    }
  }

  private page(query: URLSearchParams) {
    const about = query.get("about")?.split(",") ?? null;
    this.asked.push(about);
    const all = this.directory();
    const own = this.as?.session.person.id ?? "";
    const found = about === null ? all : directoryAbout(all, [...about, own]);
    return pageOf(found, Number(query.get("log") ?? 0), this.index);
  }

  /** Keys that only an invitation vouches for. */
  private provisional() {
    const isWaiting = ({ doc }: CertificateAnswer): boolean => {
      const claimed = read(CERTIFICATE, fromDoc(doc).bytes);
      return PERSONS.includes(claimed.kind) && this.known.isProvisional(keyIdOf(claimed));
    };
    return { certificates: this.certificates.filter(isWaiting) };
  }

  private get(path: string, query: URLSearchParams): unknown {
    const [room, id = "", what] = path.split("/");
    if (path === "keys/certificates") return this.page(query);
    if (path === "keys/provisional") return this.provisional();
    if (path === "keys/due") {
      const later = this.due("vault").filter((one) => one > (query.get("after") ?? ""));
      return { teams: this.due("team"), vaults: later.slice(0, PAGE), more: later.length > PAGE };
    }
    if (path === "audit/checkpoint") return this.log(Number(query.get("since")));
    if (path === "account/self") return this.selfRecords.at(-1) ?? { number: 0, age: null };
    if (path === "keys/recovery/wraps") return this.recoverable(query.get("after") ?? "");
    if (path === "keys/recovery/lost") return lostVaults(this.chains, this.known, this.as?.keys.kid ?? "");
    if (room === "vaults" && what === "news")
      return this.news(id, Number(query.get("since")), query.has("brief"));
    throw new Refused(404, "not_found");
  }

  private emergency() {
    const firm = { id: this.id, slug: "muster", name: "Kanzlei Muster" };
    const { id } = this.owner;
    return { ...this.directory(), teams: [], firm, owners: [{ id, name: "owner", username: "owner" }] };
  }

  private async recoverOwner(body: {
    person: string;
    name: string;
    username: string;
    certificate: Doc;
    revocations: Doc[];
  }) {
    for (const doc of body.revocations) await this.revoke(doc);
    const signed = fromDoc(body.certificate);
    await this.accept(signed);
    const { person: id, name, username } = body;
    const kid = keyIdOf(read(CERTIFICATE, signed.bytes));
    const firm = { id: this.id, slug: "muster", name: "Kanzlei Muster", root: this.root.kid };
    return {
      person: { id, name, username, role: "owner", kid },
      firm,
      half: toBase64url(randomSeed()),
      unlock: null,
    };
  }

  private keepSelf(record: { number: number; age: string }): object {
    if (record.number !== this.selfRecords.length + 1) throw new Refused(409, "stale");
    this.selfRecords.push(record);
    return {};
  }

  private async post(path: string, body: never): Promise<unknown> {
    const [room, id = "", what] = path.split("/");
    if (room === "vaults" && what === "title") {
      this.titles.set(id, body);
      return {};
    }
    if (path === "emergency/challenge") return { firm: this.id, nonce: "" };
    if (path === "emergency/open") return this.emergency();
    if (path === "emergency/owner") return this.recoverOwner(body);
    if (path === "vaults" || path === "teams") {
      const { id: begun, ...append } = body as Append & { id: string };
      return this.append(begun, append);
    }
    if (path === "account/self") return this.keepSelf(body);
    if (room === "vaults") return this.append(id, body);
    if (path === "keys/revocations") {
      const { revocation, certificates } = body as { revocation: Doc; certificates: Doc[] };
      await this.revoke(revocation);
      for (const doc of certificates) await this.accept(fromDoc(doc));
      return { vaults: this.due("vault").length, teams: this.due("team") };
    }
    if (path === "keys/certificates") return this.accept(fromDoc((body as { doc: Doc }).doc));
    if (path === "invitations") {
      const { certificate, revocation, vaults } = body as {
        certificate: Doc;
        revocation: Doc | null;
        vaults: VaultAppend[];
      };
      if (revocation !== null) await this.revoke(revocation);
      await this.accept(fromDoc(certificate));
      for (const { vault, ...append } of vaults) await this.append(vault, append);
      this.invitations.push(body);
      return {};
    }
    throw new Refused(404, "not_found");
  }
}
