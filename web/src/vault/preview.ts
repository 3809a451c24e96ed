/** A file looked at here: in a frame without rights, or as an image. */

import { find, write } from "../ui/dom";
import { kindOf } from "./kinds";
import type { OpenedFile } from "./nodes";

export function showPreview(file: OpenedFile, contents: Blob): void {
  const { preview = "" } = kindOf(file.row.name);
  const blob = new Blob([contents], { type: preview });
  const dialog = find<HTMLDialogElement>("dialog#preview");
  const frame = find<HTMLIFrameElement>("iframe[data-preview]", dialog);
  const image = find<HTMLImageElement>("[data-preview-image]", dialog);
  const isImage = preview.startsWith("image/");
  const shown = isImage ? image : frame;
  const url = URL.createObjectURL(blob);
  write("[data-preview-name]", file.row.name, dialog);
  // A browser's own page around an image needs a style that the policy forbids, and would not fit it to the dialog.
  image.hidden = !isImage;
  frame.hidden = isImage;
  image.alt = file.row.name;
  shown.src = url;
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      shown.removeAttribute("src");
      URL.revokeObjectURL(url);
    },
    { once: true },
  );
}
