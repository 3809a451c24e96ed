/** What the firm's honest server says of own vaults whose founders lost their keys. */

import { PERSONS, type VerifiedCertificate } from "../src/seals/certificate";
import type { Certificates } from "../src/seals/certificates";
import type { VaultChain } from "../src/seals/chain";
import { presently } from "../src/seals/members";
import { founderLine, mayReadmit } from "../src/seals/readmission";
import type { LostVaultPage } from "../src/wire/keys_api";
import type { News } from "../src/wire/vault_api";

interface Chain {
  readonly wraps: News["wraps"];
  readonly replayed: VaultChain;
}

export function isLost(
  owner: VerifiedCertificate,
  { roster, kind }: VaultChain,
  known: Certificates,
): boolean {
  if (roster === null || !mayReadmit(owner, roster, kind, known, presently(0))) return false;
  const subject = founderLine(roster)?.subject;
  return known
    .all()
    .some((one) => one.subject === subject && PERSONS.includes(one.kind) && known.inForce(one.kid));
}

export function lostVaults(
  chains: ReadonlyMap<string, Chain>,
  known: Certificates,
  kid: string,
): LostVaultPage {
  const owner = known.person(kid);
  const recovery = known.all().find((one) => one.kind === "recovery" && known.inForce(one.kid))?.kid;
  const vaults = [...chains]
    .filter(([, { replayed }]) => isLost(owner, replayed, known))
    .map(([id, { wraps, replayed }]) => {
      const founder = replayed.roster === null ? "" : (founderLine(replayed.roster)?.subject ?? "");
      const held = wraps.filter(({ key }) => key === recovery);
      return { id, founder: { id: founder, name: "founder" }, wraps: held };
    });
  return { vaults, more: false };
}
