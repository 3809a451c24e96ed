/** The path to the folder shown. */

import { find, findAll } from "../ui/dom";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";

/** The server's crumbs name the vault; ours follow for the folders in it. */
export function drawPath(vault: OpenedVault, folder: string, goTo: (folder: string) => void): void {
  const crumbs = find("[data-crumbs]");
  for (const own of findAll("[data-own]", crumbs)) own.remove();
  const crumb = (name: string, id: string): HTMLElement => {
    const isCurrent = id === folder;
    const element = document.createElement(isCurrent ? "span" : "a");
    element.textContent = name;
    if (isCurrent) element.setAttribute("aria-current", "page");
    else {
      element.setAttribute("href", id === vault.id ? location.pathname : `#${id}`);
      element.dataset["folder"] = id;
    }
    element.addEventListener("click", (event) => {
      event.preventDefault();
      if (!isCurrent) goTo(id);
    });
    return element;
  };
  crumbs.lastElementChild?.replaceChildren(crumb(vault.title, vault.id));
  for (const id of pathTo(vault, folder)) {
    const item = document.createElement("li");
    item.dataset["own"] = "";
    item.append(crumb(vault.nodes.get(id)?.row.name ?? texts().vault.unreadable, id));
    crumbs.append(item);
  }
}

/** The folders on the way, the outermost first. */
function pathTo(vault: OpenedVault, folder: string): readonly string[] {
  const path: string[] = [];
  for (let at = folder; at !== vault.id; ) {
    const node = vault.chain.nodes.get(at);
    if (node === undefined) break;
    path.unshift(at);
    at = node.parent;
  }
  return path;
}
