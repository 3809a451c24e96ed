/** The dialog that a file is looked at in. Closed, nothing of the file is left in the page. */

import { preview } from "../preview/index";
import { PreviewError } from "../preview/shown";
import { find, write } from "../ui/dom";
import { texts } from "../ui/texts";

export async function showPreview(source: Blob, name: string): Promise<void> {
  const dialog = find<HTMLDialogElement>("dialog#preview");
  const place = find("[data-preview-place]", dialog);
  write("[data-preview-name]", name, dialog);
  // Open first: a page can be fitted only to what is there.
  dialog.showModal();
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    dialog.addEventListener("close", () => resolve(), { once: true });
  }).then(() => {
    isClosed = true;
  });
  try {
    const shown = await preview(source, name, place);
    void closed.then(() => shown.close());
  } catch (error) {
    if (!(error instanceof PreviewError)) {
      dialog.close();
      throw error;
    }
    if (!isClosed) place.textContent = texts().preview.problems[error.code];
  }
  void closed.then(() => place.replaceChildren());
}
