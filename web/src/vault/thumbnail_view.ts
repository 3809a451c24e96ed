/** Where thumbnails stand: in rows in place of the icon, larger in the details; and the button that puts them away. */

import { find } from "../ui/dom";
import type { OpenedFile } from "./opened";
import type { Thumbnails } from "./thumbnails";

export function drawInRow(thumbnails: Thumbnails, row: HTMLElement, file: OpenedFile): void {
  const icon = find("[data-icon]", row);
  thumbnails.put(row, file, (url) => icon.replaceWith(pictureOf(url, "sg-thumb")));
}

/** `isShown`: whether the details are still those of this file. */
export function drawInPane(thumbnails: Thumbnails, file: OpenedFile, isShown: () => boolean): void {
  const place = find("[data-pane-picture]");
  place.replaceChildren();
  thumbnails.put(find("[data-pane-name]"), file, (url) => {
    if (isShown()) place.replaceChildren(pictureOf(url, "sg-thumb-large"));
  });
}

/** The name stands beside it: there is nothing to say of the picture. */
function pictureOf(url: string, name: string): HTMLImageElement {
  const picture = document.createElement("img");
  picture.className = name;
  picture.alt = "";
  picture.draggable = false;
  picture.src = url;
  return picture;
}

export function listenForThumbnails(thumbnails: Thumbnails, changed: () => void): void {
  const button = find('[data-action="thumbnails"]');
  const mark = (): void => button.setAttribute("aria-pressed", String(thumbnails.isOn));
  mark();
  button.addEventListener("click", () => {
    thumbnails.set(!thumbnails.isOn);
    mark();
    changed();
  });
}
