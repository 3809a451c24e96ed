import { beforeEach, describe, expect, test, vi } from "vitest";
import { followRoot } from "../src/keyring/root";
import { acknowledgeRoot, newRoot } from "../src/keyring/root_news";
import { Certificates } from "../src/seals/certificates";
import { printOf } from "../src/seals/keys";
import { acceptedOf } from "../src/wire/codec";
import type { CertificateAnswer, RevocationAnswer } from "../src/wire/evidence";
import { kept } from "./kept_store";
import { vectors } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

interface Shown {
  readonly certificates: readonly CertificateAnswer[];
  readonly revocations: readonly RevocationAnswer[];
}

const { firm, roots, people, honest, stolen, lies } = vectors<{
  firm: string;
  roots: string[];
  people: Record<string, string>;
  honest: Shown;
  stolen: Shown & { changed_at: number };
  lies: (Shown & { name: string; pinned: string; code: string })[];
}>("roots");

const seen = ({ certificates, revocations }: Shown, pinned: string): Promise<Certificates> =>
  Certificates.verify(firm, pinned, certificates.map(acceptedOf), revocations.map(acceptedOf));

describe("a server that tells of the firm's root", () => {
  test.each(roots)("is followed from the pinned root %s to the present one", async (pinned) => {
    const certificates = await seen(honest, pinned);
    expect(certificates.roots.map(({ kid }) => kid)).toEqual(roots);
    expect(certificates.root).toBe(roots.at(-1));
    for (const kid of Object.values(people)) expect(certificates.inForce(kid)).toBe(true);
    expect(roots.map((kid) => certificates.inForce(kid))).toEqual([false, false, true]);
  });

  test("is followed when the change comes later than the rest", async () => {
    const [first = "", second] = roots;
    const place = stolen.changed_at;
    const isEarly = ({ log_index }: CertificateAnswer | RevocationAnswer): boolean => log_index < place;
    const certificates = await seen(
      { certificates: stolen.certificates.filter(isEarly), revocations: [] },
      first,
    );
    expect(certificates.root).toBe(first);
    const late = stolen.certificates.filter((one) => !isEarly(one));
    await certificates.add(late.map(acceptedOf), stolen.revocations.map(acceptedOf));
    expect(certificates.root).toBe(second);
  });

  test("keeps what the old root certified before it was stolen, and nothing later", async () => {
    const certificates = await seen(stolen, roots[0] ?? "");
    for (const name of ["owner", "partner", "clerk"])
      expect(certificates.inForce(people[name] ?? "")).toBe(true);
    const anew = certificates.of(people["partner"] ?? "");
    expect(anew?.logIndex).toBe(stolen.changed_at);
  });

  test.each(lies)("is found out: $name", async (lie) => {
    await expect(seen(lie, lie.pinned)).rejects.toMatchObject({ code: lie.code });
  });
});

describe("a browser that has seen a root", () => {
  const [first = "", second = "", third = ""] = roots;
  beforeEach(() => kept.clear());

  test("is told once of the change", async () => {
    expect(await followRoot(await seen(honest, first), first)).toBe(third);
    expect(await newRoot()).toEqual({ from: printOf(first), to: printOf(third) });
    await acknowledgeRoot();
    expect(await followRoot(await seen(honest, first), first)).toBe(third);
    expect(await newRoot()).toBeNull();
  });

  test("says nothing where the pinned root is the present one", async () => {
    expect(await followRoot(await seen(honest, third), third)).toBe(third);
    expect(await newRoot()).toBeNull();
  });

  test("refuses a server that goes back behind it, or shows it another line", async () => {
    await followRoot(await seen(honest, first), first);
    await expect(followRoot(await seen(stolen, first), first)).rejects.toMatchObject({
      code: "root_rolled_back",
    });
    await expect(followRoot(await seen(stolen, second), second)).rejects.toMatchObject({
      code: "root_rolled_back",
    });
  });
});
