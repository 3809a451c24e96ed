/** The Notfallblatt: root and recovery of a firm, each as QR and to be typed (docs/formats.md, section 7). */

import type { Bytes } from "../crypto/bytes";
import { identityText } from "../crypto/hybrid";
import { printOf } from "../seals/keys";
import { formatDay, type Language } from "../ui/format";
import type { Texts } from "../ui/texts";
import { Paper } from "./page";

interface SheetFacts {
  readonly firm: string;
  readonly owner: string;
  readonly server: string;
  /** Root fingerprint, b64. */
  readonly fingerprint: string;
  readonly rootSeed: Uint8Array;
  readonly recoverySeed: Uint8Array;
  readonly today: number;
}

const LEFT = 25;
const WIDTH = 165;
const QR_SIDE = 58;

export async function sheetPdf(facts: SheetFacts, words: Texts["sheet"], language: Language): Promise<Bytes> {
  const paper = await Paper.begin(words.title, language);
  let y = paper.text(LEFT, 18, words.title, { font: "bold", size: 20, width: WIDTH });
  y = paper.text(LEFT, y + 2, words.warning, { font: "bold", width: WIDTH });
  y = factLines(paper, y + 4, [
    [words.firm, facts.firm],
    [words.owner, facts.owner],
    [words.server, facts.server],
    [words.made, formatDay(facts.today, language)],
    [words.print, printOf(facts.fingerprint)],
    [words.fingerprint, facts.fingerprint],
  ]);
  y = key(paper, y + 5, words.rootTitle, words.rootText, identityText(facts.rootSeed), words.typed);
  key(paper, y + 6, words.recoveryTitle, words.recoveryText, identityText(facts.recoverySeed), words.typed);
  return paper.bytes();
}

interface ShareFacts extends Pick<SheetFacts, "fingerprint" | "firm" | "server" | "today"> {
  /** 1, 2 or 3. */
  readonly number: number;
  /** `SIEGEL-SHARE-1…` */
  readonly share: string;
}

/** One of three shares of the sheet, a page of its own (docs/formats.md, section 7.1). */
export async function sharePdf(facts: ShareFacts, words: Texts["sheet"], language: Language): Promise<Bytes> {
  const title = words.shareTitle(facts.number);
  const paper = await Paper.begin(title, language);
  let y = paper.text(LEFT, 18, title, { font: "bold", size: 20, width: WIDTH });
  y = paper.text(LEFT, y + 2, words.shareWarning, { font: "bold", width: WIDTH });
  y = factLines(paper, y + 4, [
    [words.firm, facts.firm],
    [words.server, `${facts.server}/notfall`],
    [words.made, formatDay(facts.today, language)],
    [words.print, printOf(facts.fingerprint)],
  ]);
  key(paper, y + 5, words.share(facts.number), words.shareText, facts.share, words.typed);
  return paper.bytes();
}

function factLines(paper: Paper, from: number, rows: readonly (readonly [string, string])[]): number {
  let y = from;
  for (const [label, value] of rows) {
    paper.text(LEFT, y, label, { size: 9 });
    y = paper.text(LEFT + 50, y, value, { width: WIDTH - 50 }) + 1;
  }
  return y;
}

function key(paper: Paper, y: number, title: string, use: string, text: string, typed: string): number {
  paper.line(LEFT, y, LEFT + WIDTH, y);
  paper.qr(LEFT - 3, y + 3, QR_SIDE, text);
  const x = LEFT + QR_SIDE + 3;
  const width = LEFT + WIDTH - x;
  let at = paper.text(x, y + 6, title, { font: "bold", size: 13, width });
  at = paper.text(x, at + 1, use, { width });
  at = paper.text(x, at + 4, inGroups(text), { font: "mono", size: 11, width });
  paper.text(x, at + 2, typed, { size: 8.5, width });
  return y + QR_SIDE + 4;
}

/** The prefix, then lines of six groups of five: easier to type and to compare. */
function inGroups(identity: string): string {
  const prefix = identity.slice(0, identity.lastIndexOf("1") + 1);
  const lines = identity.slice(prefix.length).match(/.{1,30}/g) ?? [];
  return [prefix, ...lines.map((line) => (line.match(/.{1,5}/g) ?? []).join(" "))].join("\n");
}
