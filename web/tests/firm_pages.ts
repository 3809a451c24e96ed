/** What the pages of a firm's people do, in front of its honest server. */

import { loadCertificates } from "../src/ceremonies/directory";
import { beginDossierVault } from "../src/ceremonies/dossier";
import { addTeam } from "../src/ceremonies/holders";
import { foundTeam } from "../src/ceremonies/team";
import type { VerifiedCertificate } from "../src/seals/certificate";
import type { Certificates } from "../src/seals/certificates";
import { newId } from "../src/seals/ids";
import { OpenedVault } from "../src/vault/opened";
import { FirmServer, type Person } from "./firm_server";

export const LABELS = { client_name: "Müller", client_number: "10001", title: "Lohn" };
export const DAY_S = 24 * 3600;

/** A firm with an owner and a clerk. */
export class Firm {
  readonly server: FirmServer;
  readonly owner: Person;
  readonly clerk: Person;

  private constructor(server: FirmServer, clerk: Person) {
    this.server = server;
    this.owner = server.owner;
    this.clerk = clerk;
  }

  static async found(): Promise<Firm> {
    const server = await FirmServer.found();
    return new Firm(server, await server.hire("clerk"));
  }

  /** Signs `by` in, and gives what his pages have. */
  async at(by: Person) {
    const open = this.server.signIn(by);
    return { open, certificates: await loadCertificates(open) };
  }

  async beginVault(by = this.owner): Promise<string> {
    const { open, certificates } = await this.at(by);
    return beginDossierVault(open, certificates, newId(), LABELS);
  }

  async beginTeam(...members: Person[]): Promise<string> {
    const { open, certificates } = await this.at(this.owner);
    const found = members.map((member) => certified(certificates, member));
    const team = { name: "Alle", office: null, members: found };
    return foundTeam(open, certificates, team, this.server.now);
  }

  /** A vault of the owner's, held by a team with these members. */
  async teamVault(...members: Person[]): Promise<{ vault: string; team: string }> {
    const team = await this.beginTeam(...members);
    const vault = await this.beginVault();
    await addTeam(await this.load(this.owner, vault), { id: team, name: "Alle" }, "write");
    return { vault, team };
  }

  load(by: Person, id: string): Promise<OpenedVault> {
    return OpenedVault.load(this.server.signIn(by), id);
  }
}

/** The certificate of a person's key. */
export function certified(certificates: Certificates, { keys }: Person): VerifiedCertificate {
  const certificate = certificates.of(keys.kid);
  if (certificate === null) throw new Error("not certified");
  return certificate;
}
