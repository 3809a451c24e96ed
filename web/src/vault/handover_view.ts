/** The dialogs for a change of advisers: a dossier is packed for another firm, or taken in from one. */

import { STAFF } from "../seals/certificate";
import { RefusedError } from "../seals/errors";
import { cardOf, recipientHash, recipientOn } from "../seals/handover";
import { runDialog, sayProblem } from "../ui/dialog";
import { find, maybe, write } from "../ui/dom";
import { field } from "../ui/form";
import { qrCode } from "../ui/qr";
import { fileNameOf, saveFile } from "../ui/save";
import { spokenOf } from "../ui/spoken";
import { texts } from "../ui/texts";
import { saveFor } from "./pack";
import { type Given, givenBy, takeIn } from "./take_in";
import type { VerbContext } from "./verb_context";

const MOST_CARD_BYTES = 64 << 10;

export class HandoverView {
  private readonly page: VerbContext;

  constructor(page: VerbContext) {
    this.page = page;
  }

  listen(guarded: (work: Promise<unknown>) => Promise<void>): void {
    for (const [verb, show] of [
      ["hand-over", () => this.handOver()],
      ["take-in", () => this.takeIn()],
    ] as const)
      maybe(`[data-page-verb="${verb}"]`)?.addEventListener("click", () => void guarded(show()));
  }

  private async handOver(): Promise<void> {
    const dialog = find("dialog#hand-over");
    const card = find<HTMLTextAreaElement>("#handover-card", dialog);
    const file = find<HTMLInputElement>("#handover-file", dialog);
    card.value = "";
    file.value = "";
    const reset = showStep(dialog, "asked");
    const drawn = new AbortController();
    const options = { signal: drawn.signal };
    const draw = (): void => showWords(dialog, recipientWords(card.value));
    const load = async (): Promise<void> => {
      const chosen = file.files?.[0];
      const read = (await chosen?.slice(0, MOST_CARD_BYTES).text()) ?? "";
      // Another one may have been chosen meanwhile.
      if (chosen !== file.files?.[0]) return;
      card.value = read;
      draw();
    };
    card.addEventListener("input", draw, options);
    file.addEventListener("change", () => void load().catch((error) => sayProblem(dialog, error)), options);
    draw();
    const submit = async (_button: HTMLElement, signal: AbortSignal): Promise<false> => {
      const recipient = recipientOn(card.value);
      this.requireForeign(recipient);
      if (!isCompared(dialog, "handover-compared")) return false;
      const said = (done: number, all: number) =>
        showProgress(dialog, texts().ways.packing(done, all), done, all);
      const count = await saveFor(this.page.vault, recipient, said, signal);
      write("[data-done-text]", texts().ways.packed(count), dialog);
      write("[data-own-words]", spokenOf(this.page.vault.open.keys.kid), dialog);
      showStep(dialog, "done");
      return false;
    };
    const isOver = (error: unknown) => this.page.isOver(error);
    await runDialog("hand-over", { submit, isOver }).finally(() => {
      drawn.abort();
      reset();
    });
  }

  /** A package for the own staff is no hand-over, and mostly the wrong card. @throws RefusedError (`own_card`). */
  private requireForeign(recipient: string): void {
    const { certificates } = this.page.vault;
    const staff = certificates.all().filter(({ kind }) => STAFF.includes(kind));
    if (staff.some((known) => known.recipient === recipient))
      throw new RefusedError("own_card", "the recipient is of the same firm");
  }

  private async takeIn(): Promise<void> {
    const { vault } = this.page;
    const dialog = find("dialog#take-in");
    const chosen = field("takein-files");
    chosen.value = "";
    const reset = showStep(dialog, "asked");
    this.showCard(dialog);
    let given: Given | null = null;
    const drawn = new AbortController();
    let choice = 0;
    // An older choice may be read later than the newest: it says nothing any more.
    const look = async (): Promise<void> => {
      const own = ++choice;
      const isNewest = () => own === choice && !drawn.signal.aborted;
      given = null;
      this.showGiven(dialog, null);
      sayProblem(dialog, null);
      try {
        const read = await givenBy([...(chosen.files ?? [])], vault);
        if (!isNewest()) return;
        given = read;
        this.showGiven(dialog, given);
      } catch (error) {
        if (isNewest()) sayProblem(dialog, error);
      }
    };
    chosen.addEventListener("change", () => void look(), { signal: drawn.signal });
    this.showGiven(dialog, null);
    const submit = async (_button: HTMLElement, signal: AbortSignal): Promise<boolean> => {
      if (given === null || !isCompared(dialog, "takein-compared")) return false;
      return this.carryOut(dialog, given, signal);
    };
    const isOver = (error: unknown) => this.page.isOver(error);
    await runDialog("take-in", { submit, isOver }).finally(() => {
      drawn.abort();
      reset();
    });
  }

  /** True when all of it came in; else the dialog says what did not. */
  private async carryOut(dialog: HTMLElement, given: Given, signal: AbortSignal): Promise<boolean> {
    const { ways } = texts();
    const said = (step: "check" | "take", done: number, all: number) =>
      showProgress(dialog, step === "check" ? ways.checking(done, all) : ways.taking(done, all), done, all);
    const refused = await takeIn(this.page.vault, this.page.folder(), given, said, signal);
    this.page.changed(ways.taken(given.fields.files.length - refused.length));
    if (refused.length === 0) return true;
    write("[data-done-text]", ways.notTaken(refused.join(", ")), dialog);
    showStep(dialog, "done");
    return false;
  }

  /** What the other firm needs: our recipient, which is no secret, and its words. */
  private showCard(dialog: HTMLElement): void {
    const { recipient } = this.page.vault.open.keys;
    const words = spokenOf(recipientHash(recipient));
    const { ways } = texts();
    write("[data-own-words]", words, dialog);
    const { name } = this.page.vault.open.session.firm;
    const card = cardOf(ways.cardHead(name), words, recipient);
    find("[data-card-code]", dialog).replaceChildren(
      // Capitals take half the room.
      qrCode(recipient.toUpperCase(), ways.cardCode, "L"),
    );
    find("[data-save-card]", dialog).onclick = () =>
      saveFile(card, `${fileNameOf("Siegel", ways.card, name)}.txt`, "text/plain;charset=utf-8");
    const copy = find("[data-copy-card]", dialog);
    copy.onclick = () =>
      void navigator.clipboard.writeText(card).then(
        () => write("[data-copied]", ways.copied, dialog),
        (error: unknown) => sayProblem(dialog, error),
      );
    write("[data-copied]", "", dialog);
  }

  private showGiven(dialog: HTMLElement, given: Given | null): void {
    const region = find("[data-given]", dialog);
    region.hidden = given === null;
    find("[data-submit]", dialog).toggleAttribute("disabled", given === null);
    field("takein-compared").checked = false;
    if (given === null) return;
    const { client_name, title } = given.fields.dossier;
    const { ways } = texts();
    write("[data-given-title]", [client_name, title].filter(Boolean).join(" · "), region);
    write("[data-given-files]", ways.files(given.fields.files.length), region);
    write("[data-words]", spokenOf(given.sender), region);
  }
}

/** Shows one part of the dialog; the function shows the first again, and forgets how far it was. */
function showStep(dialog: HTMLElement, step: "asked" | "done"): () => void {
  for (const part of dialog.querySelectorAll<HTMLElement>("[data-part]"))
    part.hidden = part.dataset["part"] !== step;
  if (step === "done") find("[data-done-text]", dialog).focus();
  const reset = (): void => {
    write("[data-progress-text]", "", dialog);
    find("[data-progress]", dialog).hidden = true;
    for (const box of dialog.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) box.checked = false;
  };
  if (step === "asked") reset();
  return () => void showStep(dialog, "asked");
}

/** Null while there is no card. */
function recipientWords(card: string): string | null {
  try {
    return spokenOf(recipientHash(recipientOn(card)));
  } catch {
    return null;
  }
}

/** Other words have to be compared again. */
function showWords(dialog: HTMLElement, words: string | null): void {
  const region = find("[data-words-shown]", dialog);
  region.hidden = words === null;
  field("handover-compared").checked = false;
  write("[data-words]", words ?? "", region);
}

function isCompared(dialog: HTMLElement, id: string): boolean {
  const box = field(id);
  const error = find(`[data-error-for="${id}"]`, dialog);
  error.textContent = box.checked ? "" : texts().ways.compare;
  error.classList.toggle("d-block", !box.checked);
  if (!box.checked) box.focus();
  return box.checked;
}

function showProgress(dialog: HTMLElement, text: string, done: number, all: number): void {
  write("[data-progress-text]", text, dialog);
  const bar = find<HTMLProgressElement>("[data-progress]", dialog);
  bar.hidden = false;
  bar.value = all === 0 ? 100 : Math.floor((done / all) * 100);
}
