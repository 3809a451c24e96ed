/** The order of a folder's entries, and which of them a filter leaves: pure, and quick for a hundred thousand. */

import { kindWord } from "./kinds";
import type { OpenedNode } from "./opened";
import type { UnreadableNode } from "./unreadable";

export type SortKey = "author" | "changed" | "editor" | "name" | "size" | "type";

/** What a row of the list is about. */
export type Listed = OpenedNode | UnreadableNode;

interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
  readonly language: "de" | "en";
  readonly nameOf: (kid: string) => string;
}

const DIGITS = 12;

/** Small letters without marks: "Größe" is found by "grosse", "groesse" and "größe" alike. */
export function fold(text: string): string {
  return strip(text.replace(/[äöü]/gi, (letter) => `${letter}e`));
}

function strip(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");
}

/** As a directory of names sorts them (DIN 5007-1): umlauts as their vowels, numbers by their value. */
export function nameKey(name: string): string {
  return strip(name).replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, "").padStart(DIGITS, "0"));
}

const keys = new WeakMap<OpenedNode, string>();

function keyOf(node: OpenedNode): string {
  const known = keys.get(node);
  if (known !== undefined) return known;
  const key = nameKey(node.row.name);
  keys.set(node, key);
  return key;
}

/** Folders first, then by the chosen column; equal ones by name. */
export function sorted(nodes: readonly OpenedNode[], order: Order): OpenedNode[] {
  const sign = order.descending ? -1 : 1;
  const lines = nodes.map((node) => ({ node, name: keyOf(node), column: columnOf(node, order) }));
  lines.sort((a, b) => {
    if (a.node.kind !== b.node.kind) return a.node.kind === "folder" ? -1 : 1;
    const byColumn = sign * compare(a.column, b.column);
    return byColumn || compare(a.name, b.name) || compare(a.node.row.name, b.node.row.name);
  });
  return lines.map(({ node }) => node);
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}

function columnOf(node: OpenedNode, { key, language, nameOf }: Order): number | string {
  switch (key) {
    case "name":
      return keyOf(node);
    case "changed":
      return node.acceptedAt;
    case "size":
      return sizeOf(node);
    case "type":
      return kindWord(node.row.name, language);
    case "author":
      return strip(nameOf(creatorOf(node)));
    case "editor": {
      const editor = editorOf(node);
      return editor === null ? "" : strip(nameOf(editor));
    }
  }
}

/** Who made it: of a file, who added its first version. */
export function creatorOf(node: Listed): string {
  if ("node" in node) return node.node.versions[0]?.author ?? node.author;
  return node.author;
}

/** Who added its latest version; null for what was never changed. */
export function editorOf(node: Listed): string | null {
  return "node" in node && node.node.versions.length > 1 ? node.author : null;
}

export function sizeOf(node: OpenedNode): number {
  return node.kind === "file" ? node.row.size : 0;
}

/** Entries whose names hold every word of `filter`. An empty filter leaves all. */
export function filtered(nodes: readonly OpenedNode[], filter: string): readonly OpenedNode[] {
  const words = filter.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return nodes;
  const folded = words.map((word) => [fold(word), strip(word)] as const);
  return nodes.filter(({ row }) => {
    const [long, short] = [fold(row.name), strip(row.name)];
    return folded.every(([asLong, asShort]) => long.includes(asLong) || short.includes(asShort));
  });
}

/** The next entry after `from` whose name begins with what was typed, going round; -1 when there is none. */
export function indexByPrefix(nodes: readonly Listed[], typed: string, from: number): number {
  const wanted = strip(typed);
  for (let step = 0; step < nodes.length; step++) {
    const index = (from + step) % nodes.length;
    const node = nodes[index];
    if (node !== undefined && "row" in node && strip(node.row.name).startsWith(wanted)) return index;
  }
  return -1;
}
