/** The calls of docs/formats.md, section 10, about keys: who has which, founding, inviting, revoking, teams. */

import type { Role } from "../seals/certificate";
import type { Doc, Rights } from "../seals/documents";
import type { Head } from "../seals/entries";
import type { Credential, FirmAnswer, Session } from "./api";
import type { CertificateAnswer, Directory } from "./evidence";
import { call } from "./http";
import type { Append, News, VaultAppend } from "./vault_api";

/** A page of what the person may see; while there is `more`, the next begins behind its last log index. */
export interface DirectoryPage extends Directory {
  readonly more: boolean;
}

/** What the firm's root, and nobody else, may read without a session. */
export interface EmergencyAnswer extends Directory {
  readonly firm: FirmAnswer;
  readonly owners: readonly { readonly id: string; readonly name: string; readonly username: string }[];
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

/** A vault of somebody's own who lost his key and has another, and what the firm's recovery seed opens of it. */
export interface LostVault {
  readonly id: string;
  readonly founder: { readonly id: string; readonly name: string };
  readonly wraps: News["wraps"];
}

export interface LostVaultPage {
  readonly vaults: readonly LostVault[];
  readonly more: boolean;
}

/** Chains that the person may give new keys: all teams, and a page of vaults. */
export interface DueAnswer {
  readonly teams: readonly string[];
  readonly vaults: readonly string[];
  readonly more: boolean;
  /** For owners: how many vaults and teams the recovery key in force does not open before their next epoch. */
  readonly waiting: number;
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

const pageAfter = (after: string | null): string => (after === null ? "" : `?after=${after}`);

export const keysApi = {
  openSetUp: (token: string) =>
    call<{ firm: FirmAnswer; scanner_key: string; service_key: string; log_key: string | null }>(
      "POST",
      "/api/set-up/open",
      { token },
    ),
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
  /** `about`: only what is about these people and teams, the person himself, and the firm's own. */
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
  /** For owners. `after`: the last vault of the page before. */
  lostVaults: (after: string | null) =>
    call<LostVaultPage>("GET", `/api/keys/recovery/lost${pageAfter(after)}`),
  /** `after`: the last person of the page before. */
  keyTree: (after: string | null) => call<KeyTreePage>("GET", `/api/keys/tree${pageAfter(after)}`),
  teams: () => call<{ teams: readonly TeamAnswer[] }>("GET", "/api/teams"),
  foundTeam: (body: Append & { id: string; name: string; office: string | null; certificate: Doc }) =>
    call<Head>("POST", "/api/teams", body),
  addOffice: (name: string) => call<{ id: string }>("POST", "/api/offices", { name }),
  renameOffice: (office: string, name: string) => call<unknown>("POST", `/api/offices/${office}`, { name }),
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
};
