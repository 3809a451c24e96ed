/** The buttons that save the three shares of the emergency sheet, each as a page of its own. */

import { shareText, splitSheet } from "../seals/shares";
import { findAll } from "./dom";
import { atWork } from "./form";
import { now, pageLanguage } from "./format";
import { saveFile } from "./save";
import { texts } from "./texts";

/** Whose sheet it is; `firm`: as it stands on the paper. */
export interface Splittable {
  readonly rootSeed: Uint8Array<ArrayBuffer>;
  readonly recoverySeed: Uint8Array<ArrayBuffer>;
  readonly fingerprint: string;
  readonly firm: string;
  readonly slug: string;
}

/** `saved` is called with how many different shares of one splitting have been saved. Made anew for every page. */
export function listenToShares(sheetOf: () => Splittable | null, saved: (count: number) => void): void {
  const done = new Set<string>();
  let shares: readonly string[] | null = null;
  for (const button of findAll("[data-save-share]")) {
    const number = Number(button.dataset["saveShare"]);
    const save = async (): Promise<void> => {
      const sheet = sheetOf();
      if (sheet === null) return;
      shares ??= splitSheet(sheet.rootSeed, sheet.recoverySeed).map(shareText);
      await saveShare(sheet, number, shares[number - 1] ?? "");
      done.add(String(number));
      saved(done.size);
    };
    button.addEventListener("click", () => void atWork(button, save).then(() => button.focus()));
  }
}

async function saveShare(
  { firm, slug, fingerprint }: Splittable,
  number: number,
  share: string,
): Promise<void> {
  const { sharePdf } = await import("../paper/sheet");
  const facts = { firm, server: location.origin, fingerprint, today: now(), number, share };
  const pdf = await sharePdf(facts, texts().sheet, pageLanguage());
  saveFile(pdf, `${texts().sheet.shareFile(number, slug)}.pdf`, "application/pdf");
}
