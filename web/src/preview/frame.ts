/** A document that can do nothing: `<iframe sandbox>` from a blob whose address is taken back as soon as it has loaded. */

import type { Shown } from "./shown";

/** Forbids what the sandbox and the page's own policy, which the frame inherits, forbid already. */
const POLICY = "default-src 'none'";

export function showFrame(contents: Blob, title: string, into: HTMLElement): Promise<Shown> {
  const frame = document.createElement("iframe");
  frame.className = "sg-preview-frame";
  frame.dataset["preview"] = "";
  // Before anything is in it. No allow-same-origin, no allow-scripts, nothing.
  frame.setAttribute("sandbox", "");
  frame.referrerPolicy = "no-referrer";
  frame.title = title;
  const url = URL.createObjectURL(contents);
  frame.src = url;
  const close = (): void => {
    URL.revokeObjectURL(url);
    frame.remove();
  };
  return new Promise((resolve) => {
    frame.addEventListener(
      "load",
      () => {
        URL.revokeObjectURL(url);
        resolve({ close });
      },
      { once: true },
    );
    into.append(frame);
  });
}

/** Elements made here, with texts of the file in them, as a document for the frame. */
export function page(language: string): { readonly body: HTMLElement; readonly whole: () => Blob } {
  // Inert: belongs to no window, loads and runs nothing.
  const made = document.implementation.createHTMLDocument("");
  made.documentElement.lang = language;
  const meta = made.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = POLICY;
  made.head.prepend(meta);
  // The frame may load no style sheet: the old element is what says how letters look.
  const font = made.createElement("font");
  font.face = "system-ui, sans-serif";
  made.body.append(font);
  const whole = (): Blob =>
    new Blob(["<!doctype html>", made.documentElement.outerHTML], { type: "text/html;charset=utf-8" });
  return { body: font, whole };
}

/** An element of the frame's document with a text. */
export function element(parent: HTMLElement, tag: string, text = ""): HTMLElement {
  const made = parent.ownerDocument.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}
