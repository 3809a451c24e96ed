/** The vectors of readmission.json: who gives a founder his own vault back, and how, as Python tells of it. */

import { expect, test } from "vitest";
import { Certificates } from "../src/seals/certificates";
import { VaultChain } from "../src/seals/chain";
import { presently } from "../src/seals/members";
import { acceptedOf, entryOf } from "../src/wire/codec";
import type { CertificateAnswer, EntryAnswer, RevocationAnswer } from "../src/wire/evidence";
import { expectCode, vectors } from "./vectors";

const told = vectors<{
  firm: string;
  root: string;
  certificates: CertificateAnswer[];
  revocations: RevocationAnswer[];
  due: boolean;
  cases: { name: string; code: string | null; vault: string; entries: EntryAnswer[]; entry: EntryAnswer }[];
}>("readmission");

const known = () =>
  Certificates.verify(
    told.firm,
    told.root,
    told.certificates.map(acceptedOf),
    told.revocations.map(acceptedOf),
  );

test.each(told.cases)("$name", async ({ code, vault, entries, entry }) => {
  const chain = VaultChain.begin(await known(), vault);
  for (const one of entries) await chain.apply(entryOf(one));
  await expectCode(() => chain.apply(entryOf(entry)), code);
  if (code === null) expect(chain.isRotationDue(presently(entry.accepted_at))).toBe(told.due);
});
