/**
 * Inviting by letter: the invited person's wraps exist before he does (docs/formats.md, section 8).
 *
 * The code stands in the letter alone; the server sees the public keys it gives.
 */

import { sealSmall } from "../crypto/age";
import type { Bytes } from "../crypto/bytes";
import type { Open } from "../keyring/keyring";
import { INVITATION_LIFE_S } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { hashOf, RECORD, ROSTER, type RosterHolder, signDocument, toDoc } from "../seals/documents";
import { must } from "../seals/errors";
import { newId } from "../seals/ids";
import { invitationSeed, newCode, newInvitationId } from "../seals/invitations";
import { type HolderKeys, holderKeys } from "../seals/keys";
import type { ShownVault } from "../seals/rows";
import { CLOCK_LEEWAY_S } from "../seals/scanning";
import { OpenedVault } from "../vault/opened";
import { api, type VaultAppend } from "../wire/api";
import { appendOf } from "../wire/codec";
import { WireError } from "../wire/http";
import { certify } from "../seals/issue";

const ATTEMPTS = 5;

/** A vault as the page shows it. */
export interface OfferedVault extends ShownVault {
  readonly id: string;
}

interface Guest {
  readonly name: string;
  readonly username: string;
  readonly role: "clerk" | "client";
  /** Id of the client the person signs in for; null for staff. */
  readonly client: string | null;
  /** The vaults he will hold. */
  readonly vaults: readonly OfferedVault[];
}

/** What the letter says. */
export interface Letter {
  readonly id: string;
  readonly code: Bytes;
  readonly guest: Guest;
  readonly notAfter: number;
}

/** @throws IntegrityError (`title_differs`) for a vault that is not the one shown: the guest would read another's. */
export async function invite(
  open: Open,
  certificates: Certificates,
  guest: Guest,
  now: number,
): Promise<Letter> {
  const { keys, session, root } = open;
  const id = newInvitationId();
  const code = newCode();
  const person = newId();
  const made = await holderKeys(invitationSeed(code, session.firm.id, id, root));
  const own = certificates.person(keys.kid);
  const certificate = await certify(
    session.firm.id,
    { kind: "invitation", subject: person, ...made },
    keys,
    own.hash,
    now,
    { role: guest.role, vaults: guest.vaults.map(({ id: vault }) => vault) },
  );
  const vaults = await Promise.all(guest.vaults.map((shown) => openShown(open, shown)));
  const rights = guest.role === "client" ? "write" : "manage";
  const { name, username, role, client } = guest;
  for (let attempt = 1; ; attempt++) {
    const appends = await Promise.all(
      vaults.map((vault) => admit(vault, made, { key: made.kid, rights, subject: person })),
    );
    try {
      await api.invite({
        id,
        person: { id: person, name, username },
        role,
        client,
        certificate: toDoc(certificate),
        vaults: appends,
      });
      return { id, code, guest, notAfter: now - CLOCK_LEEWAY_S + INVITATION_LIFE_S };
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
      for (const vault of vaults) await vault.refresh();
    }
  }
}

async function openShown(open: Open, shown: OfferedVault): Promise<OpenedVault> {
  const vault = await OpenedVault.load(open, shown.id);
  vault.requireShown(shown);
  // A seed that we cannot open we cannot pass on.
  await vault.rotateIfDue();
  return vault;
}

/** The record that adds a holder, with the current epoch's seed wrapped to him. */
async function admit(vault: OpenedVault, guest: HolderKeys, holder: RosterHolder): Promise<VaultAppend> {
  const { chain, seeds, open } = vault;
  const { roster: last, rosterHash, firm } = chain;
  must(last !== null, "record_shape", "the chain has not begun");
  const holders = [...last.holders, holder].sort((a, b) => (a.key < b.key ? -1 : 1));
  const author = open.keys.kid;
  const fields = { author, firm, holders, previous: rosterHash, seq: last.seq + 1, vault: vault.id };
  const roster = await signDocument(ROSTER, fields, open.keys.signing);
  const change = { kind: "roster", hash: hashOf(roster.bytes), seq: last.seq + 1 } as const;
  const record = await signDocument(RECORD, vault.recordFields([change]), open.keys.signing);
  const age = await sealSmall(await seeds.seedOf(chain.epoch.epoch), [guest.recipient]);
  return { vault: vault.id, ...appendOf({ record, roster, wraps: [{ key: guest.kid, age }] }) };
}
