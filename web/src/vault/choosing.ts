/** The ways in which files come to a page: buttons for files, folders and the camera, and what is dropped on the list. */

import { find, findAll, write } from "../ui/dom";
import { showProblem, showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { type Choice, chosen, dropped } from "./picked";

/** Buttons and the file fields they open. */
const FIELDS = [
  ["upload", "#file-input"],
  ["upload-folder", "#folder-input"],
  ["photo", "#photo-input"],
] as const;

export class Choosing {
  private readonly take: (choice: Choice) => void;

  constructor(take: (choice: Choice) => void) {
    this.take = take;
  }

  listen(mayWrite: boolean): void {
    if (!mayWrite) return;
    for (const [action, field] of FIELDS) {
      const input = find<HTMLInputElement>(field);
      for (const button of findAll(`[data-action="${action}"]`))
        button.addEventListener("click", () => button.ariaDisabled !== "true" && input.click());
      input.addEventListener("change", () => {
        this.take(chosen(input.files ?? []));
        input.value = "";
      });
    }
    this.listenForDrops(find("[data-drop]"));
  }

  private listenForDrops(zone: HTMLElement): void {
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && zone.contains(relatedTarget))) zone.classList.remove("is-over");
    });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      if (event.dataTransfer !== null) this.drop(event.dataTransfer).catch(showProblem);
    });
  }

  private async drop(transfer: DataTransfer): Promise<void> {
    const { transfers } = texts();
    const { unreadable, ...choice } = await dropped(transfer, (found) => {
      if (found % 100 === 0) showStatus(transfers.reading(found));
    });
    this.take(choice);
    if (unreadable > 0) write("[data-status]", transfers.unreadable(unreadable));
  }
}
