/** The invitation as a letter (DIN 5008, form B): window, date, subject, and the code as QR and to be typed. */

import type { Bytes } from "../crypto/bytes";
import { formatDay, type Language } from "../ui/format";
import type { Texts } from "../ui/texts";
import { Paper } from "./page";

export interface LetterFacts {
  readonly firm: {
    readonly name: string;
    readonly place: string;
    readonly phone: string;
    readonly slug: string;
  };
  readonly guest: { readonly name: string; readonly username: string };
  /** scheme://host[:port] */
  readonly server: string;
  readonly link: string;
  readonly id: string;
  /** In groups of four. */
  readonly code: string;
  readonly notAfter: number;
  readonly today: number;
}

const LEFT = 25;
const WIDTH = 165;
const QR_SIDE = 46;
const FACTS = LEFT + QR_SIDE + 4;

export async function letterPdf(
  facts: LetterFacts,
  words: Texts["letter"],
  language: Language,
): Promise<Bytes> {
  const paper = await Paper.begin(words.subject, language);
  const { firm, guest } = facts;
  head(paper, facts, language);
  paper.text(LEFT, 98, words.subject, { font: "bold", size: 12, width: WIDTH });
  let y = paper.text(LEFT, 108, words.greeting(guest.name), { width: WIDTH });
  y = paper.text(LEFT, y + 3, words.intro, { width: WIDTH });
  y = code(paper, y + 5, facts, words, language);
  y = paper.text(LEFT, y + 5, words.stepsTitle, { font: "bold", width: WIDTH });
  for (const [i, step] of words.steps.entries()) {
    paper.text(LEFT, y + 1.5, `${i + 1}.`);
    y = paper.text(LEFT + 7, y + 1.5, step, { width: WIDTH - 7 });
  }
  y = paper.text(LEFT, y + 4, words.warning, { font: "bold", width: WIDTH });
  y = paper.text(LEFT, y + 3, words.questions(firm.phone), { width: WIDTH });
  y = paper.text(LEFT, y + 5, words.closing);
  paper.text(LEFT, y + 2, firm.name, { width: WIDTH });
  return paper.bytes();
}

/** Sender, the address in the window (45 mm from the top, 85 mm wide), date and the marks for folding. */
function head(paper: Paper, { firm, guest, today }: LetterFacts, language: Language): void {
  paper.text(LEFT, 18, firm.name, { font: "bold", size: 15, width: WIDTH });
  const sender = [firm.name, firm.place].filter((part) => part !== "").join(" · ");
  paper.text(LEFT, 50, sender, { size: 7.5, width: 80 });
  paper.line(LEFT, 57.5, LEFT + 80, 57.5);
  paper.text(LEFT, 63, guest.name, { size: 11, width: 80 });
  const date = formatDay(today, language);
  paper.text(125, 63, firm.place === "" ? date : `${firm.place}, ${date}`, { width: 65 });
  if (firm.phone !== "") paper.text(125, 73, firm.phone, { width: 65 });
  for (const fold of [105, 210]) paper.line(4, fold, 8, fold);
}

/** QR on the left; on the right the same to be typed. Gives the y below both. */
function code(
  paper: Paper,
  y: number,
  facts: LetterFacts,
  words: Texts["letter"],
  language: Language,
): number {
  const { firm, guest, server, link, id, code: typed, notAfter } = facts;
  paper.line(LEFT, y, LEFT + WIDTH, y);
  paper.qr(LEFT - 2, y + 2, QR_SIDE, link);
  const rows = [
    [words.address, `${server}/e`, "regular"],
    [words.number, id, "mono"],
    [words.code, typed, "mono"],
    [words.validUntil, formatDay(notAfter, language), "regular"],
    [words.username, guest.username, "mono"],
    [words.signIn, `${server}/k/${firm.slug}`, "regular"],
  ] as const;
  let at = y + 4;
  for (const [label, value, font] of rows) {
    paper.text(FACTS, at, label, { size: 9 });
    at = paper.text(FACTS + 28, at, value, { font, size: 10.5, width: LEFT + WIDTH - FACTS - 28 }) + 1.8;
  }
  const below = Math.max(at, y + QR_SIDE + 3);
  paper.line(LEFT, below, LEFT + WIDTH, below);
  return below;
}
