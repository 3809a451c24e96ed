/** Names as people expect them: sorted, found by a filter, reached by their first letters; and ranges of a selection. */

import { describe, expect, test } from "vitest";
import { filtered, indexByPrefix, type SortKey, sorted } from "../src/vault/list_order";
import type { OpenedNode } from "../src/vault/opened";
import { Selection } from "../src/vault/selection";
import { withContents } from "../src/vault/subtree";

function folder(name: string, parent = "v", id = name): OpenedNode {
  return { kind: "folder", id, parent, row: { name }, author: "a", acceptedAt: 1, removed: null };
}

function file(name: string, size = 0, authors = ["a"], parent = "v"): OpenedNode {
  const versions = authors.map((author) => ({ author, manifest: { author } }));
  const row = { name, size, type: "", modified: null, created: null, content_hash: "" };
  const author = authors.at(-1) ?? "";
  const node = { kind: "file", id: name, parent, versions };
  return { kind: "file", id: name, parent, row, node, author, acceptedAt: size } as unknown as OpenedNode;
}

const by = (nodes: OpenedNode[], key: SortKey, descending = false) =>
  sorted(nodes, { key, descending, language: "de", nameOf: (kid) => kid }).map(({ row }) => row.name);

describe("the order of a folder", () => {
  const nodes = [
    file("Beleg 10"),
    file("zebra"),
    file("Äpfel"),
    folder("Zoo"),
    file("Beleg 9"),
    file("apfel"),
  ];

  test("has folders first, numbers by their value and umlauts beside their vowels", () => {
    expect(by(nodes, "name")).toEqual(["Zoo", "apfel", "Äpfel", "Beleg 9", "Beleg 10", "zebra"]);
    expect(by(nodes, "name", true)).toEqual(["Zoo", "zebra", "Beleg 10", "Beleg 9", "apfel", "Äpfel"]);
  });

  test("numbers with more digits than any machine number still have an order", () => {
    const long = [file(`x${"9".repeat(20)}`), file(`x${"1".repeat(20)}`), file("x007"), file("x6")];
    expect(by(long, "name")).toEqual(["x6", "x007", `x${"1".repeat(20)}`, `x${"9".repeat(20)}`]);
  });

  test("by editor has those first that nobody changed", () => {
    const some = [file("b", 1, ["a", "m"]), file("c", 1, ["z"]), file("a", 1, ["b", "c"])];
    expect(by(some, "editor")).toEqual(["c", "a", "b"]);
    expect(by(some, "author")).toEqual(["b", "a", "c"]);
  });

  test("of a hundred thousand names takes less than three seconds", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => file(`Beleg ${(i * 7919) % 100_000}.pdf`));
    const start = performance.now();
    const names = by(many, "name");
    expect(performance.now() - start).toBeLessThan(3000);
    expect(names[99_999]).toBe("Beleg 99999.pdf");
  });
});

describe("a filter", () => {
  const nodes = [file("Größe.csv"), file("Straße 12.pdf"), folder("Müller & Söhne")];
  const found = (filter: string) => filtered(nodes, filter).map(({ row }) => row.name);

  test.each([
    ["gross", "Größe.csv"],
    ["GROESSE", "Größe.csv"],
    ["strasse 12", "Straße 12.pdf"],
    ["12 straße", "Straße 12.pdf"],
    ["muell soehne", "Müller & Söhne"],
    ["sohne", "Müller & Söhne"],
  ])("%s finds %s", (filter, name) => {
    expect(found(filter)).toEqual([name]);
  });

  test("leaves all when it is empty and nothing when nothing fits", () => {
    expect(found("  ")).toHaveLength(3);
    expect(found("x")).toEqual([]);
  });
});

test("first letters lead to the next such name and round again to the first", () => {
  const nodes = [file("Äpfel"), file("Birne"), file("Apfel")];
  expect(indexByPrefix(nodes, "a", 1)).toBe(2);
  expect(indexByPrefix(nodes, "a", 3)).toBe(0);
  expect(indexByPrefix(nodes, "c", 0)).toBe(-1);
  expect(indexByPrefix([], "a", 1)).toBe(-1);
});

describe("a selection", () => {
  const list = ["a", "b", "c", "d", "e"];
  const chosen = (selection: Selection) => [...selection.ids].sort().join("");

  test("grows and shrinks around the entry where the range began", () => {
    const selection = new Selection();
    selection.only("c");
    selection.rangeTo("e", list);
    expect(chosen(selection)).toBe("cde");
    selection.rangeTo("a", list);
    expect(chosen(selection)).toBe("abc");
    selection.toggle("b");
    selection.rangeTo("d", list);
    expect(chosen(selection)).toBe("bcd");
  });

  test("begins a range anew when the entry where it began is gone", () => {
    const selection = new Selection();
    selection.only("c");
    selection.keep(["a", "b", "d", "e"]);
    expect(chosen(selection)).toBe("");
    selection.rangeTo("d", list);
    expect(chosen(selection)).toBe("d");
    selection.rangeTo("e", list);
    expect(chosen(selection)).toBe("de");
  });
});

test("three hundred folders in each other are walked without an end of the stack", () => {
  const nodes = new Map<string, OpenedNode>();
  let parent = "v";
  for (let depth = 0; depth < 300; depth++) {
    nodes.set(`f${depth}`, folder(`f${depth}`, parent));
    parent = `f${depth}`;
  }
  nodes.set("x", file("x", 7, ["a"], parent));
  const first = nodes.get("f0");
  const childrenOf = (id: string) => [...nodes.values()].filter(({ parent }) => parent === id);
  const all = withContents({ childrenOf }, first === undefined ? [] : [first]);
  expect(all).toHaveLength(301);
  expect(all.at(-1)?.path).toHaveLength(300);
});
