// long because: one line for each call of the server, with the shapes beside it
/** The calls of docs/formats.md, section 10, with the shapes of their bodies and answers. */

import type { Role } from "../seals/certificate";
import type { Head } from "../seals/chain";
import type { Doc, Rights } from "../seals/documents";
import { call, download } from "./http";
import type { LockAnswer } from "./vault_api";

export interface FirmAnswer {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface Session {
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly username: string;
    readonly role: Role;
    readonly kid: string;
  };
  readonly firm: FirmAnswer & { readonly root: string };
  readonly half: string;
  readonly unlock: string | null;
  /** In the answer to a password only. */
  readonly offer_passkey?: boolean;
}

interface Params {
  readonly m_kib: number;
  readonly t: number;
  readonly p: number;
}

export interface CertificateAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

export interface RevocationAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

/** What somebody declared about a vault. */
export interface EventAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

/** A team's chain: who was in it, and when. */
export interface TeamChainAnswer {
  readonly id: string;
  readonly entries: readonly EntryAnswer[];
}

/** All that says whose a key is: certificates, what was taken back, and the chains of the teams among the holders. */
export interface Directory {
  readonly certificates: readonly CertificateAnswer[];
  readonly revocations: readonly RevocationAnswer[];
  readonly teams: readonly TeamChainAnswer[];
}

/** A page of what the person may see; while there is `more`, the next begins behind its last log index. */
export interface DirectoryPage extends Directory {
  readonly more: boolean;
}

/** What the firm's root, and nobody else, may read without a session. */
export interface EmergencyAnswer extends Directory {
  readonly firm: FirmAnswer;
  readonly owners: readonly { readonly id: string; readonly name: string; readonly username: string }[];
}

export interface Credential {
  readonly s: string;
  readonly auth_key: string;
}

/** A fresh proof of who asks: the present password's authentication key, or a signature by the open key. */
export type Proof = { readonly auth_key: string } | { readonly login: Doc };

interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}

export interface EntryAnswer {
  readonly record: Doc;
  readonly roster?: Doc | null;
  readonly epoch?: Doc | null;
  readonly previous_seed?: string | null;
  readonly manifests?: readonly Doc[] | null;
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
  }[];
  readonly rows?: readonly RowAnswer[];
}

export interface InvitationAnswer extends Directory {
  readonly firm: FirmAnswer;
  readonly person: { readonly id: string; readonly name: string; readonly username: string };
  readonly role: Role;
  readonly certificate: Doc;
  readonly nonce: string;
}

export interface InvitedVault {
  readonly vault: string;
  readonly title: string;
  readonly epoch: Doc;
  readonly roster: Doc;
  readonly wrap: string;
}

export interface TeamAnswer extends Head {
  readonly id: string;
  readonly name: string;
  readonly office: string | null;
  readonly due: boolean;
  readonly rights: Rights | null;
}

/** A dossier's vault or a team, and what the firm's recovery seed opens of it. */
export interface RecoverableChain {
  readonly id: string;
  readonly vault_kind: "dossier" | "team";
  /** Whether the owner who asks has a line of his own. */
  readonly held: boolean;
  readonly wraps: News["wraps"];
}

export interface RecoverablePage {
  readonly chains: readonly RecoverableChain[];
  readonly more: boolean;
}

/** Chains that the person may give new keys: all teams, and a page of vaults. */
export interface DueAnswer {
  readonly teams: readonly string[];
  readonly vaults: readonly string[];
  readonly more: boolean;
}

/** A person's keys, as the page of keys shows them; what has to do with a key is null for who never had one. */
export interface KeysOfPerson {
  readonly id: string;
  readonly name: string;
  readonly role: Role | null;
  readonly office: string | null;
  readonly state: string;
  readonly generation: number | null;
  readonly kid: string | null;
  /** When the newest key was first certified. */
  readonly since: number | null;
  readonly in_force: boolean;
  /** Places where the person is signed in. */
  readonly devices: number;
  /** Vaults that name him himself; `teams`: ids of those through which he has others. */
  readonly vaults: number;
  readonly teams: readonly string[];
  /** How he unlocks his key. */
  readonly methods: readonly string[];
}

export interface KeyTreePage {
  readonly people: readonly KeysOfPerson[];
  readonly teams: readonly {
    readonly id: string;
    readonly name: string;
    readonly office: string | null;
    readonly vaults: number;
  }[];
  readonly more: boolean;
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

const pageAfter = (after: string | null): string => (after === null ? "" : `?after=${after}`);

export const api = {
  /** The log's newest signed head, with the proof that it grew from one of so many entries. */
  logHead: (since: number) =>
    call<{ key: string | null; checkpoint: string | null; proof: readonly string[] }>(
      "GET",
      `/api/audit/checkpoint?since=${since}`,
    ),
  /** The proof file of an entry, counted from 0. */
  logProof: async (index: number) =>
    new Uint8Array(await new Response(await download(`/api/audit/entries/${index}/proof`)).arrayBuffer()),
  startSignIn: (firm: string, username: string) =>
    call<{ firm: string; s: string; params: Params }>("POST", "/api/sign-in/start", { firm, username }),
  signInWithPassword: (body: {
    firm: string;
    username: string;
    auth_key: string;
    keep: boolean;
    code: string | null;
  }) => call<Session>("POST", "/api/sign-in/password", body),
  challenge: (firm: string) =>
    call<{ firm: string; nonce: string }>("POST", "/api/sign-in/challenge", { firm }),
  signInWithKey: (firm: string, login: Doc) => call<Session>("POST", "/api/sign-in/key", { firm, login }),
  signInWithPasskey: (body: {
    firm: string;
    nonce: string;
    credential: string;
    client_data: string;
    authenticator_data: string;
    signature: string;
  }) => call<Session>("POST", "/api/sign-in/passkey", body),
  session: () => call<Session>("GET", "/api/session"),
  sessionLeft: () => call<{ left_s: number; renewable: boolean }>("GET", "/api/session/left"),
  /** For opening the key again with a passkey; `credentials`: ids of the person's. */
  unlockChallenge: () =>
    call<{ nonce: string; credentials: readonly string[] }>("POST", "/api/session/unlock/challenge", {}),
  unlockWithPasskey: (body: {
    nonce: string;
    credential: string;
    client_data: string;
    authenticator_data: string;
    signature: string;
  }) => call<{ unlock: string }>("POST", "/api/session/unlock/passkey", body),
  unlock: (authKey: string) =>
    call<{ unlock: string | null }>("POST", "/api/session/unlock", { auth_key: authKey }),
  /** The person's own, sealed; number 0 and null while there is none. */
  selfRecord: () => call<{ number: number; age: string | null }>("GET", "/api/account/self"),
  writeSelfRecord: (body: { number: number; age: string }) =>
    call<unknown>("POST", "/api/account/self", body),
  accountChallenge: () => call<{ nonce: string }>("POST", "/api/account/challenge", {}),
  changePassword: (body: { proof: Proof; credential: Credential; unlock: string }) =>
    call<Session>("POST", "/api/account/password", body),
  addPasskey: (body: {
    proof: Proof;
    nonce: string;
    credential: string;
    client_data: string;
    attestation: string;
    name: string;
    unlock: string;
  }) => call<unknown>("POST", "/api/account/passkeys", body),
  removePasskey: (id: string) => call<unknown>("POST", `/api/account/passkeys/${id}/remove`, {}),
  addSecondFactor: (body: { proof: Proof; secret: string; code: string }) =>
    call<RecoveryCodes>("POST", "/api/account/second-factor", body),
  removeSecondFactor: (authKey: string, code: string) =>
    call<unknown>("POST", "/api/account/second-factor/remove", { auth_key: authKey, code }),
  renewRecoveryCodes: (authKey: string, code: string) =>
    call<RecoveryCodes>("POST", "/api/account/recovery-codes", { auth_key: authKey, code }),
  endSession: () => call<unknown>("POST", "/api/session/end", {}),

  openSetUp: (token: string) =>
    call<{ firm: FirmAnswer; scanner_key: string; service_key: string }>("POST", "/api/set-up/open", {
      token,
    }),
  setUp: (body: {
    token: string;
    name: string;
    username: string;
    firm_name: string;
    firm_place: string;
    person: string;
    certificates: readonly Doc[];
    credential: Credential;
    unlock: string;
  }) => call<Session>("POST", "/api/set-up", body),

  replaceRecovery: (body: { certificate: Doc; revocation: Doc }) =>
    call<{ vaults: number; teams: readonly string[] }>("POST", "/api/keys/recovery", body),

  emergencyChallenge: (firm: string) =>
    call<{ firm: string; nonce: string }>("POST", "/api/emergency/challenge", { firm }),
  openEmergency: (firm: string, login: Doc) =>
    call<EmergencyAnswer>("POST", "/api/emergency/open", { firm, login }),
  recoverOwner: (body: {
    firm: string;
    login: Doc;
    person: string;
    name: string;
    username: string;
    certificate: Doc;
    revocations: readonly Doc[];
    /** Where the old root is lost. */
    root: {
      readonly root: Doc;
      readonly revocation: Doc;
      readonly certificates: readonly Doc[];
    } | null;
    credential: Credential;
    unlock: string;
  }) => call<Session>("POST", "/api/emergency/owner", body),

  /** `about`: only what is about these people, and the firm's own. */
  certificates: (log: number | null, about: readonly string[] | null = null) => {
    const asked = new URLSearchParams();
    if (log !== null) asked.set("log", String(log));
    if (about !== null) asked.set("about", about.join(","));
    const query = asked.size === 0 ? "" : `?${asked}`;
    return call<DirectoryPage>("GET", `/api/keys/certificates${query}`);
  },
  provisional: () => call<{ certificates: readonly CertificateAnswer[] }>("GET", "/api/keys/provisional"),
  addCertificate: (doc: Doc) => call<unknown>("POST", "/api/keys/certificates", { doc }),
  /** `certificates` certify anew what falls with the key. Answers what is due now: how many vaults, which teams. */
  revoke: (revocation: Doc, certificates: readonly Doc[]) =>
    call<{ vaults: number; teams: readonly string[] }>("POST", "/api/keys/revocations", {
      revocation,
      certificates,
    }),
  /** Another root, the old one's revocation, and what the new one certifies anew. */
  changeRoot: (body: { root: Doc; revocation: Doc; certificates: readonly Doc[] }) =>
    call<unknown>("POST", "/api/keys/root", body),
  /** `after`: the last vault of the page before. */
  due: (after: string | null) => call<DueAnswer>("GET", `/api/keys/due${pageAfter(after)}`),
  /** For owners. `after`: the last chain of the page before. */
  recoverable: (after: string | null) =>
    call<RecoverablePage>("GET", `/api/keys/recovery/wraps${pageAfter(after)}`),
  /** `after`: the last person of the page before. */
  keyTree: (after: string | null) => call<KeyTreePage>("GET", `/api/keys/tree${pageAfter(after)}`),

  teams: () => call<{ teams: readonly TeamAnswer[] }>("GET", "/api/teams"),
  foundTeam: (body: Append & { id: string; name: string; office: string | null; certificate: Doc }) =>
    call<Head>("POST", "/api/teams", body),
  addOffice: (name: string) => call<{ id: string }>("POST", "/api/offices", { name }),
  renameOffice: (office: string, name: string) => call<unknown>("POST", `/api/offices/${office}`, { name }),
  blockPerson: (person: string) => call<unknown>("POST", `/api/people/${person}/block`, {}),
  unblockPerson: (person: string) => call<unknown>("POST", `/api/people/${person}/unblock`, {}),

  invite: (body: {
    id: string;
    person: { id: string; name: string; username: string; email?: string };
    role: Role;
    client: string | null;
    /** As in the certificate. */
    office: string | null;
    certificate: Doc;
    vaults: readonly VaultAppend[];
    /** Of the key that an existing person had until now. */
    revocation: Doc | null;
  }) => call<unknown>("POST", "/api/invitations", body),
  invitation: (id: string) => call<InvitationAnswer>("GET", `/api/invitations/${id}`),
  invitedVaults: (id: string, login: Doc) =>
    call<{ vaults: readonly InvitedVault[] }>("POST", `/api/invitations/${id}/wraps`, { login }),
  redeem: (
    id: string,
    body: {
      certificate: Doc;
      wraps: readonly { vault: string; epoch: number; age: string }[];
      credential: Credential;
      unlock: string;
    },
  ) => call<Session>("POST", `/api/invitations/${id}/redeem`, body),

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
  append: (vault: string, append: Append) => call<Head>("POST", `${vaultPath(vault)}/records`, append),
  scannerKey: () => call<{ doc: Doc }>("GET", "/api/scanner-key"),
  check: (
    vault: string,
    uploads: readonly { upload: string; payload_hash: string; commitment: string; scanner_header: string }[],
  ) => call<{ results: readonly CheckAnswer[] }>("POST", `${vaultPath(vault)}/check`, { uploads }),
  commit: (vault: string, body: CommitBody) => call<Head>("POST", `${vaultPath(vault)}/commit`, body),
  version: (vault: string, node: string, version: number) =>
    call<VersionAnswer>("GET", versionPath(vault, node, version)),
  payloadPath: (vault: string, node: string, version: number): string =>
    `${versionPath(vault, node, version)}/payload`,

  addClient: (number: string, name: string) => call<{ id: string }>("POST", "/api/clients", { number, name }),
  addDossier: (client: string, title: string) =>
    call<{ id: string }>("POST", `/api/clients/${client}/dossiers`, { title }),
};
