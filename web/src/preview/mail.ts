/** A mail: its head, its text, or its HTML without anything that loads, runs or looks like our page; attachments to save. */

import PostalMime, { type Address, type Email } from "postal-mime";
import { clone, find, write } from "../ui/dom";
import { formatSize, formatWhen, now, pageLanguage } from "../ui/format";
import { saveFile } from "../ui/save";
import { texts } from "../ui/texts";
import { element, page, showFrame } from "./frame";
import { withoutTurns } from "./names";
import { note } from "./note";
import { parseHtml } from "./parse";
import { PreviewError, type Shown } from "./shown";
import { SHOWN_BYTES } from "./text";

const LIMITS = { maxNestingDepth: 30, maxHeadersSize: 1 << 20 };
const MAX_ATTACHMENTS = 200;
/** What text consists of. Everything else goes; of what is in `DROPPED`, the contents too. */
const KEPT = new Set(
  "a abbr address b big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var".split(
    " ",
  ),
);
const DROPPED = new Set(
  "applet audio base button canvas embed frame frameset head iframe input link math meta noscript object option script select style svg template textarea title video".split(
    " ",
  ),
);
const ATTRIBUTES = new Set([
  "align",
  "border",
  "cellpadding",
  "cellspacing",
  "colspan",
  "dir",
  "lang",
  "rowspan",
  "start",
  "valign",
]);
const MAX_DEPTH = 200;
const MAX_ELEMENTS = 20_000;

export async function showMail(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  let email: Email;
  try {
    email = await PostalMime.parse(await source.arrayBuffer(), LIMITS);
  } catch {
    throw new PreviewError("damaged");
  }
  const head = headOf(email);
  into.append(head);
  const made = page(pageLanguage());
  const text = email.text ?? "";
  let isCut = text.length > SHOWN_BYTES;
  if (email.html === undefined) {
    const plain = element(made.body, "pre", text.slice(0, SHOWN_BYTES));
    plain.setAttribute("wrap", "");
  } else isCut = !copyHtml(email.html, made.body);
  const shown = await showFrame(made.whole(), name, into);
  if (email.html !== undefined) note(into, texts().preview.mailHtml);
  if (isCut) note(into, texts().preview.cutText);
  return {
    close: () => {
      shown.close();
      head.remove();
    },
  };
}

function headOf(email: Email): HTMLElement {
  const head = clone("preview-mail");
  const sent = email.date === undefined ? Number.NaN : Date.parse(email.date) / 1000;
  const lines: { readonly [name: string]: string } = {
    from: addressesOf(email.from === undefined ? [] : [email.from]),
    to: addressesOf(email.to ?? []),
    cc: addressesOf(email.cc ?? []),
    date: Number.isNaN(sent) ? (email.date ?? "") : formatWhen(sent, now(), pageLanguage()),
    subject: email.subject ?? "",
  };
  for (const [name, text] of Object.entries(lines)) {
    write(`[data-mail="${name}"]`, withoutTurns(text), head);
    for (const part of ["mail", "mail-line"]) find(`[data-${part}="${name}"]`, head).hidden = text === "";
  }
  const files = email.attachments.slice(0, MAX_ATTACHMENTS);
  find("[data-mail-files]", head).replaceChildren(...files.map(attachmentLine));
  return head;
}

/** Name and address both: a name alone is whatever its sender likes. */
function addressesOf(addresses: readonly Address[]): string {
  return addresses
    .flatMap((address): readonly { name: string; address?: string }[] => address.group ?? [address])
    .slice(0, 50)
    .map(({ name, address = "" }) => (name === "" || name === address ? address : `${name} <${address}>`))
    .join(", ");
}

function attachmentLine(file: Email["attachments"][number]): HTMLElement {
  const line = clone("preview-attachment");
  const content = typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content;
  const name = withoutTurns(file.filename ?? "") || texts().preview.unnamed;
  write("[data-name]", name, line);
  write("[data-size]", formatSize(content.byteLength, pageLanguage()), line);
  const button = find("[data-save]", line);
  button.setAttribute("aria-label", texts().preview.save(name));
  button.addEventListener("click", () => saveFile(content as BlobPart, name, "application/octet-stream"));
  return line;
}

/** Copies what text consists of, and nothing that has an address; false where something was too much. */
export function copyHtml(html: string, into: HTMLElement): boolean {
  let left = MAX_ELEMENTS;
  const copy = (from: Node, to: HTMLElement, depth: number): void => {
    for (const node of from.childNodes) {
      if (left <= 0) return;
      if (node.nodeType === Node.TEXT_NODE) to.append(to.ownerDocument.createTextNode(node.nodeValue ?? ""));
      if (!(node instanceof Element) || DROPPED.has(node.localName)) continue;
      left--;
      if (node.localName === "img") to.append(`[${node.getAttribute("alt") || texts().preview.image}]`);
      else copy(node, depth < MAX_DEPTH && KEPT.has(node.localName) ? kept(node, to) : to, depth + 1);
    }
  };
  copy(parseHtml(html.slice(0, SHOWN_BYTES)).body, into, 0);
  return left > 0 && html.length <= SHOWN_BYTES;
}

function kept(node: Element, to: HTMLElement): HTMLElement {
  // A link leads nowhere in the frame; its text stays.
  const made = element(to, node.localName === "a" ? "u" : node.localName);
  for (const { name, value } of node.attributes) if (ATTRIBUTES.has(name)) made.setAttribute(name, value);
  return made;
}
