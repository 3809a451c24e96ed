/** Certificates as our own issuers write them, and an invited person in front of honest and hostile servers. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareRedemption, recognise, redeem } from "../src/ceremonies/redeem";
import { toBase64url } from "../src/crypto/base64";
import { Certificates } from "../src/seals/certificates";
import { type Signed, toDoc } from "../src/seals/documents";
import { newId } from "../src/seals/ids";
import { invitationSeed, newCode } from "../src/seals/invitations";
import { certificateHash, certify } from "../src/seals/issue";
import { type HolderKeys, holderKeys, type SigningKeys, signingKeys } from "../src/seals/keys";
import type { Session } from "../src/wire/api";
import { acceptedOf } from "../src/wire/codec";
import type { CertificateAnswer } from "../src/wire/evidence";
import type { InvitationAnswer } from "../src/wire/keys_api";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));
vi.mock("../src/keyring/stretch", () => ({ stretch: async () => new Uint8Array(32).fill(7) }));

const NOW = 1_800_000_000;
const ID = "ABCD1234";

interface Firm {
  readonly id: string;
  readonly root: SigningKeys;
  readonly owner: HolderKeys;
  readonly ownerHash: string;
  readonly certificates: CertificateAnswer[];
}

function accept(firm: Pick<Firm, "certificates">, signed: Signed): string {
  firm.certificates.push({ doc: toDoc(signed), accepted_at: NOW, log_index: firm.certificates.length + 1 });
  return certificateHash(signed);
}

function randomSeed(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

async function newFirm(id = newId()): Promise<Firm> {
  const certificates: CertificateAnswer[] = [];
  const [root, owner] = [await signingKeys(randomSeed()), await holderKeys(randomSeed())];
  const self = { kind: "root", subject: id, signingKey: root.signingKey, recipient: null } as const;
  const rootHash = accept({ certificates }, await certify(id, self, root, null, NOW));
  const person = { kind: "owner", subject: newId(), ...owner } as const;
  const ownerHash = accept({ certificates }, await certify(id, person, root, rootHash, NOW));
  return { id, root, owner, ownerHash, certificates };
}

/** An open invitation, as the server answers it, and its code. */
async function invited(firm: Firm): Promise<{ code: Uint8Array<ArrayBuffer>; answer: InvitationAnswer }> {
  const code = newCode();
  const keys = await holderKeys(invitationSeed(code, firm.id, ID, firm.root.kid));
  const person = newId();
  const subject = { kind: "invitation", subject: person, ...keys } as const;
  const more = { role: "client", vaults: [newId(), newId()] } as const;
  const signed = await certify(firm.id, subject, firm.owner, firm.ownerHash, NOW, more);
  accept(firm, signed);
  const answer: InvitationAnswer = {
    firm: { id: firm.id, slug: "muster", name: "Kanzlei Muster" },
    person: { id: person, name: "Max Muster", username: "max" },
    role: "client",
    certificates: firm.certificates,
    revocations: [],
    teams: [],
    certificate: toDoc(signed),
    nonce: "bm9uY2U",
  };
  return { code, answer };
}

/** The server, which answers as it likes. */
function answering(answer: unknown, status = 200): void {
  vi.stubGlobal("fetch", async () => Response.json(answer, { status }));
}

afterEach(() => vi.unstubAllGlobals());

describe("certificates of our own making", () => {
  test("lead to the root, whatever the kind", async () => {
    const firm = await newFirm();
    const clerk = await holderKeys(randomSeed());
    const subject = { kind: "clerk", subject: newId(), ...clerk } as const;
    const clerkHash = accept(firm, await certify(firm.id, subject, firm.owner, firm.ownerHash, NOW));
    const client = { kind: "client", subject: newId(), ...(await holderKeys(randomSeed())) } as const;
    accept(firm, await certify(firm.id, client, clerk, clerkHash, NOW));
    await invited(firm);
    const verified = await Certificates.verify(firm.id, firm.root.kid, firm.certificates.map(acceptedOf));
    expect(verified.all().map(({ kind }) => kind)).toEqual([
      "root",
      "owner",
      "clerk",
      "client",
      "invitation",
    ]);
  });

  test("are dated back, so that a clock ahead of the server's does no harm", async () => {
    const firm = await newFirm();
    const early = firm.certificates.map((item) => ({ ...item, accepted_at: NOW - 299 }));
    await Certificates.verify(firm.id, firm.root.kid, early.map(acceptedOf));
    const tooEarly = early.map((item) => ({ ...item, accepted_at: NOW - 301 }));
    const verify = () => Certificates.verify(firm.id, firm.root.kid, tooEarly.map(acceptedOf));
    expect(await codeOfError(verify)).toBe("certificate_time");
  });
});

describe("an invited person", () => {
  test("recognises the firm by the code of the letter, and pins its root", async () => {
    const firm = await newFirm();
    const { code, answer } = await invited(firm);
    answering(answer);
    const recognised = await recognise(ID, code);
    expect(recognised.certificates.root).toBe(firm.root.kid);
    expect(recognised.invitation.vaults.length).toBe(2);
  });

  test("learns of a mistyped code at once", async () => {
    const { answer } = await invited(await newFirm());
    answering(answer);
    expect(await codeOfError(() => recognise(ID, newCode()))).toBe("wrong_code");
  });

  test("is told by the server that the letter was used", async () => {
    answering({ code: "invitation_gone", message: "Diese Einladung …" }, 410);
    expect(await codeOfError(() => recognise(ID, newCode()))).toBe("invitation_gone");
  });

  test("does not take a root that the server has made up", async () => {
    const { code, answer } = await invited(await newFirm());
    const forged = await newFirm(answer.firm.id);
    // The forger does not know the code: he can only certify the invitation's public keys anew.
    const { certificates } = forged;
    answering({ ...answer, certificates: [...certificates, ...answer.certificates.slice(-1)] });
    expect(await codeOfError(() => recognise(ID, code))).toBe("wrong_code");
    answering({ ...answer, certificates: [...answer.certificates, ...certificates.slice(0, 1)] });
    expect(await codeOfError(() => recognise(ID, code))).toBe("certificate_root");
  });

  test("does not take another person's place, or another rank", async () => {
    const { code, answer } = await invited(await newFirm());
    for (const change of [{ person: { ...answer.person, id: newId() } }, { role: "clerk" }]) {
      answering({ ...answer, ...change });
      expect(await codeOfError(() => recognise(ID, code))).toBe("certificate_invitation");
    }
  });

  test("does not take an invitation whose issuer is withheld", async () => {
    const { code, answer } = await invited(await newFirm());
    answering({ ...answer, certificates: answer.certificates.filter((_, i) => i !== 1) });
    expect(await codeOfError(() => recognise(ID, code))).toBe("certificate_issuer");
  });

  test("is signed in as himself, at his firm and under its root, or not at all", async () => {
    const firm = await newFirm();
    const { code, answer } = await invited(firm);
    answering(answer);
    const redemption = await prepareRedemption(await recognise(ID, code), "korrekt pferd batterie", NOW);
    const session = {
      person: { id: answer.person.id, name: "", username: "max", role: "client", kid: "" },
      firm: { ...answer.firm, root: firm.root.kid },
      half: toBase64url(new Uint8Array(32)),
      unlock: null,
    } as const;
    const redeemedAs = (session: Session) => {
      vi.stubGlobal("document", { querySelector: () => null });
      vi.stubGlobal("location", { origin: "http://localhost" });
      const answers = { wraps: { vaults: [] }, redeem: session };
      vi.stubGlobal("fetch", async (path: string) =>
        Response.json(answers[path.split("/").at(-1) as keyof typeof answers] ?? answer),
      );
      return redeem(redemption, NOW);
    };
    const lies = [
      ["session_differs", { ...session, person: { ...session.person, id: newId() } }],
      ["session_differs", { ...session, firm: { ...session.firm, id: newId() } }],
      ["root_differs", { ...session, firm: { ...session.firm, root: session.half } }],
    ] as const;
    for (const [code, lie] of lies) expect(await codeOfError(() => redeemedAs(lie))).toBe(code);
    expect(kept.size).toBe(0);
    expect((await redeemedAs(session)).root).toBe(firm.root.kid);
    expect(kept.size).toBe(1);
  });
});
