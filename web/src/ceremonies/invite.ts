/**
 * Inviting by letter: the invited person's wraps exist before he does (docs/formats.md, section 8).
 *
 * The code stands in the letter alone; the server sees the public keys it gives.
 */

import type { Bytes } from "../crypto/bytes";
import type { Open } from "../keyring/keyring";
import { INVITATION_LIFE_S, type Role } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { type Doc, type Rights, type RosterHolder, type Signed, toDoc } from "../seals/documents";
import { must, RefusedError } from "../seals/errors";
import { newId } from "../seals/ids";
import { invitationSeed, newCode, newInvitationId } from "../seals/invitations";
import { certify } from "../seals/issue";
import { type HolderKeys, holderKeys, type SigningKeys } from "../seals/keys";
import type { ShownVault } from "../seals/rows";
import { CLOCK_LEEWAY_S } from "../seals/scanning";
import { OpenedVault } from "../vault/opened";
import { WireError } from "../wire/http";
import { keysApi } from "../wire/keys_api";
import { openTeam, rosterAppend, type ShownTeam } from "./holders";

const ATTEMPTS = 5;

/** A vault as the page shows it. */
export interface OfferedVault extends ShownVault {
  readonly id: string;
}

interface Guest {
  readonly name: string;
  readonly username: string;
  /** Where mail for him goes, where it is known. */
  readonly email?: string;
  readonly role: Role;
  /** Id of the client the person signs in for; null for staff. */
  readonly client: string | null;
  /** Who invites for an office of his own needs not name it. */
  readonly office?: string | null;
  /** The vaults he will hold. */
  readonly vaults: readonly OfferedVault[];
  /** The teams he will be in; staff only. */
  readonly teams?: readonly ShownTeam[];
}

/** What the letter says. */
export interface Letter {
  readonly id: string;
  readonly code: Bytes;
  readonly guest: Pick<Guest, "name" | "username">;
  readonly notAfter: number;
}

/**
 * `root`: the root's keys, from the set-up file or the emergency sheet, without which nobody invites an owner.
 * @throws IntegrityError (`title_differs`) for a vault or team that is not the one shown: the guest would read another's;
 * RefusedError (`needs_root`).
 */
export async function invite(
  open: Open,
  certificates: Certificates,
  guest: Guest,
  now: number,
  root: SigningKeys | null = null,
): Promise<Letter> {
  const person = newId();
  const chains = await openShown(open, guest.vaults, guest.teams ?? []);
  const { name, username, email = "", role, client } = guest;
  const terms = { role, office: guest.office ?? null, generation: 1, chains: chains.map(({ id }) => id) };
  const draft = await draftInvitation(open, certificates, person, terms, now, root);
  await send(
    { draft, person: { id: person, name, username, email }, role, client, revocation: null },
    chains,
    (chain, lines) => [...lines, lineFor(draft.keys.kid, person, rightsIn(chain, role))],
  );
  return letterOf(draft, guest, now);
}

/** What a role may do in a vault, or in a team. */
function rightsIn({ chain }: OpenedVault, role: Role): Rights {
  if (chain.kind === "team") return role === "clerk" ? "read" : "manage";
  return role === "client" ? "write" : "manage";
}

function lineFor(key: string, subject: string, rights: Rights): RosterHolder {
  return { key, rights, subject, until: null };
}

/** An invitation before the server has it. */
export interface Draft {
  readonly id: string;
  readonly code: Bytes;
  readonly keys: HolderKeys;
  readonly certificate: Signed;
  readonly office: string | null;
}

interface Terms {
  readonly role: Role;
  readonly office: string | null;
  readonly generation: number;
  /** The vaults and teams that the invitation names. */
  readonly chains: readonly string[];
}

/** A new code, and the certificate of the keys it gives. @throws RefusedError (`needs_root`). */
export async function draftInvitation(
  open: Open,
  certificates: Certificates,
  person: string,
  { role, office, generation, chains }: Terms,
  now: number,
  root: SigningKeys | null = null,
): Promise<Draft> {
  const id = newInvitationId();
  const code = newCode();
  const firm = open.session.firm.id;
  const keys = await holderKeys(invitationSeed(code, firm, id, certificates.root));
  const needsRoot = role === "owner";
  if (needsRoot && root?.kid !== certificates.root)
    throw new RefusedError("needs_root", "only the root certifies an owner's invitation");
  const issuer = needsRoot && root !== null ? root : open.keys;
  const own = certificates.of(issuer.kid);
  must(own !== null, "record_author", "no certificate makes this key a person's");
  const subject = { kind: "invitation", subject: person, ...keys } as const;
  const terms = { role, vaults: chains, generation, office: office ?? own.office };
  const certificate = await certify(firm, subject, issuer, own.hash, now, terms);
  return { id, code, keys, certificate, office: terms.office };
}

interface Sending {
  readonly draft: Draft;
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly username: string;
    readonly email?: string;
  };
  readonly role: Role;
  readonly client: string | null;
  readonly revocation: Doc | null;
}

/** Sends the invitation with the rosters that name it. `edit` gives the lines of a chain's next roster. */
export async function send(
  { draft, person, role, client, revocation }: Sending,
  chains: readonly OpenedVault[],
  edit: (chain: OpenedVault, lines: readonly RosterHolder[]) => readonly RosterHolder[],
): Promise<void> {
  const { id, keys, certificate, office } = draft;
  const newcomer = { key: keys.kid, recipient: keys.recipient };
  for (let attempt = 1; ; attempt++) {
    const vaults = await Promise.all(
      chains.map(async (chain) => ({
        vault: chain.id,
        ...(await rosterAppend(chain, edit(chain, chain.chain.roster?.holders ?? []), [newcomer])),
      })),
    );
    try {
      await keysApi.invite({
        id,
        person,
        role,
        client,
        office,
        certificate: toDoc(certificate),
        vaults,
        revocation,
      });
      return;
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
      for (const chain of chains) await chain.refresh();
    }
  }
}

export function letterOf({ id, code }: Draft, { name, username }: Letter["guest"], now: number): Letter {
  return { id, code, guest: { name, username }, notAfter: now - CLOCK_LEEWAY_S + INVITATION_LIFE_S };
}

/** Vaults and teams, opened, none of them another than the one shown, and with epochs whose seeds can be passed on. */
export async function openShown(
  open: Open,
  vaults: readonly OfferedVault[],
  teams: readonly ShownTeam[],
): Promise<readonly OpenedVault[]> {
  const chains = await Promise.all([
    ...vaults.map(async (shown) => {
      const vault = await OpenedVault.load(open, shown.id);
      vault.requireShown(shown);
      return vault;
    }),
    ...teams.map((shown) => openTeam(open, shown)),
  ]);
  // A seed that we cannot open we cannot pass on.
  for (const chain of chains) await chain.rotateIfDue();
  return chains;
}
