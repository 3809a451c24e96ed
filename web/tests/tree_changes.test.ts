/** What the page does with a tree, in front of an honest server: names that are taken, copies planned, who is slower. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { makeFolder } from "../src/vault/commit";
import { moveWithin, planCopies } from "../src/vault/copies";
import { foldName, freeName } from "../src/vault/names";
import type { OpenedVault } from "../src/vault/opened";
import { withContents } from "../src/vault/subtree";
import { placeNodes, purgeNodes, removeNodes, rename, restoreNode } from "../src/vault/tree_changes";
import { Firm } from "./firm_pages";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

vi.mock("../src/keyring/store", () => import("./kept_store"));

const NOW = 1_800_000_000;

let firm: Firm;
let vault: OpenedVault;

beforeEach(async () => {
  kept.clear();
  firm = await Firm.found();
  vault = await firm.load(firm.owner, await firm.beginVault());
});
afterEach(() => vi.unstubAllGlobals());

function node(name: string, where = vault) {
  const found = [...where.nodes.values()].find(({ row }) => row.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function folders(...names: string[]): Promise<void> {
  for (const name of names) await makeFolder(vault, vault.id, name, NOW);
}

const namesIn = (folder: string) =>
  vault
    .childrenOf(folder)
    .map(({ row }) => row.name)
    .sort();

describe("names", () => {
  test("are one in upper and lower case", () => {
    expect(foldName("Straße.PDF")).toBe(foldName("STRASSE.pdf"));
    expect(freeName("a.pdf", (name) => ["a.pdf", "a (2).pdf"].includes(name))).toBe("a (3).pdf");
    expect(freeName("Ordner", (name) => name === "Ordner")).toBe("Ordner (2)");
  });

  test("that are taken are refused, also among those that go together, and in another case", async () => {
    await folders("A", "B", "Ziel");
    expect(await codeOfError(() => rename(vault, node("A"), "b"))).toBe("name_taken");
    const both = ["A", "B"].map((name) => ({ node: node(name).id, parent: node("Ziel").id, name: "Eins" }));
    expect(await codeOfError(() => placeNodes(vault, both))).toBe("name_taken");
    await rename(vault, node("A"), "a");
    expect(namesIn(vault.id)).toEqual(["B", "Ziel", "a"]);
  });

  test("that no reader would take are refused before anything is sent", async () => {
    await folders("A");
    const sent = firm.server.posts.length;
    expect(await codeOfError(() => rename(vault, node("A"), "a/b"))).toBe("name_character");
    expect(firm.server.posts.length).toBe(sent);
  });
});

describe("whoever is slower", () => {
  /** Somebody else does this just before the next post arrives. */
  function meanwhile(work: (there: OpenedVault) => Promise<void>): void {
    firm.server.before = async () => {
      firm.server.before = async () => undefined;
      await work(await firm.load(firm.owner, vault.id));
    };
  }

  test("looks at the names again", async () => {
    await folders("A", "B");
    meanwhile((there) => rename(there, node("B", there), "C"));
    expect(await codeOfError(() => rename(vault, node("A"), "C"))).toBe("name_taken");
    meanwhile((there) => rename(there, node("C", there), "D"));
    await rename(vault, node("A"), "E");
    expect(namesIn(vault.id)).toEqual(["D", "E"]);
  });

  test("moves no folder into itself", async () => {
    await folders("A", "B");
    meanwhile((there) =>
      placeNodes(there, [{ node: node("A", there).id, parent: node("B", there).id, name: "A" }]),
    );
    const move = { node: node("B").id, parent: node("A").id, name: "B" };
    expect(await codeOfError(() => placeNodes(vault, [move]))).toBe("into_itself");
  });

  test("moves nothing into what was removed, and removes nothing twice", async () => {
    await folders("A", "B");
    meanwhile((there) => removeNodes(there, [node("A", there).id]));
    const move = { node: node("B").id, parent: node("A").id, name: "B" };
    expect(await codeOfError(() => placeNodes(vault, [move]))).toBe("gone");
    const sent = firm.server.posts.length;
    await removeNodes(vault, [node("A").id]);
    expect(firm.server.posts.length).toBe(sent);
  });
});

describe("the trash", () => {
  test("gives back under a name that is free, and what is purged never", async () => {
    await folders("A");
    const first = node("A");
    await removeNodes(vault, [first.id]);
    await folders("A");
    await restoreNode(vault, first, vault.id);
    expect(namesIn(vault.id)).toEqual(["A", "A (2)"]);
    await removeNodes(vault, [first.id]);
    await purgeNodes(vault, [first.id]);
    expect(vault.trash()).toEqual([]);
    const back = { node: first.id, parent: vault.id, name: "A" };
    expect(await codeOfError(() => placeNodes(vault, [back]))).toBe("gone");
  });
});

describe("a plan of copies", () => {
  const told = (steps: ReturnType<typeof planCopies>) => steps.map(({ kind, name }) => `${kind} ${name}`);

  test("makes folders before what lies in them, merges, keeps both, or skips", async () => {
    await folders("A", "Ziel");
    await makeFolder(vault, node("A").id, "innen", NOW);
    await makeFolder(vault, node("Ziel").id, "a", NOW);
    const plan = (onTaken: "both" | "skip" | "version") =>
      planCopies(vault, [node("A")], vault, node("Ziel").id, onTaken);
    expect(told(plan("both"))).toEqual(["folder A (2)", "folder innen"]);
    expect(told(plan("version"))).toEqual(["folder innen"]);
    expect(told(plan("skip"))).toEqual([]);
    const [folder, inside] = plan("both");
    expect(folder?.kind === "folder" && inside?.parent === folder.node).toBe(true);
  });
});

describe("moving into a folder of the same name", () => {
  test("leaves nothing behind in the trash that nobody here can read", async () => {
    await folders("Quelle", "Ziel");
    await makeFolder(vault, node("Ziel").id, "Quelle 2", NOW);
    const source = node("Quelle");
    await makeFolder(vault, source.id, "Rätsel", NOW);
    await rename(vault, source, "Quelle 2");
    const moved = vault.childrenOf(vault.id).find(({ id }) => id === source.id);
    if (moved === undefined) throw new Error("no source");
    const { id, parent, author, acceptedAt } = { ...node("Rätsel"), author: "", acceptedAt: NOW };
    vault.nodes.delete(id);
    vault.unreadable.set(id, { kind: "folder", id, parent, author, acceptedAt });
    const work = () => moveWithin(vault, [moved], node("Ziel").id, "version", () => undefined);
    expect(await codeOfError(work)).toBe("unreadable_below");
    expect(vault.chain.isLive(id)).toBe(true);
  });
});

describe("what is taken along with a folder", () => {
  test("is without what lies in the trash, and without what lies in that", async () => {
    await folders("Jahr");
    await makeFolder(vault, node("Jahr").id, "alt", NOW);
    await makeFolder(vault, node("alt").id, "darin", NOW);
    await makeFolder(vault, node("Jahr").id, "neu", NOW);
    const all = () => withContents(vault, [node("Jahr")]).map(({ node: { row } }) => row.name);
    expect(all()).toEqual(["Jahr", "alt", "neu", "darin"]);
    await removeNodes(vault, [node("alt").id]);
    expect(all()).toEqual(["Jahr", "neu"]);
    const target = await firm.load(firm.owner, vault.id);
    expect(planCopies(vault, [node("Jahr")], target, vault.id, "both")).toHaveLength(2);
  });
});
