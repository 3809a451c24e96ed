/** The ways in which files come to a page: buttons for files, folders and the camera, and what is dropped. */

import { find, findAll, write } from "../ui/dom";
import { showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { type Choice, chosen, dropped } from "./picked";

/** Buttons and the file fields they open. */
const FIELDS = [
  ["upload", "#file-input"],
  ["upload-folder", "#folder-input"],
  ["photo", "#photo-input"],
] as const;

export class Choosing {
  private readonly take: (choice: Choice, folder: string | null) => void;

  /** `take`: with the folder in which they were dropped; null for the one shown. */
  constructor(take: (choice: Choice, folder: string | null) => void) {
    this.take = take;
  }

  listen(mayWrite: boolean): void {
    if (!mayWrite) return;
    for (const [action, field] of FIELDS) {
      const input = find<HTMLInputElement>(field);
      for (const button of findAll(`[data-action="${action}"]`))
        button.addEventListener("click", () => button.ariaDisabled !== "true" && input.click());
      input.addEventListener("change", () => {
        this.take(chosen(input.files ?? []), null);
        input.value = "";
      });
    }
  }

  /** To be called while the drop is handled, as what it holds is gone afterwards. */
  async drop(transfer: DataTransfer, folder: string): Promise<void> {
    const { transfers } = texts();
    const { unreadable, ...choice } = await dropped(transfer, (found) => {
      if (found % 100 === 0) showStatus(transfers.reading(found));
    });
    this.take(choice, folder);
    if (unreadable > 0) write("[data-status]", transfers.unreadable(unreadable));
  }
}
