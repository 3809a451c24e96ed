/** Finding and changing what the server rendered. Nothing here writes HTML. */

type Root = Document | DocumentFragment | Element;

/** The one element that matches; its absence is a fault of the template. */
export function find<E extends Element = HTMLElement>(selector: string, root: Root = document): E {
  const element = root.querySelector<E>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

export function findAll<E extends Element = HTMLElement>(
  selector: string,
  root: Root = document,
): readonly E[] {
  return [...root.querySelectorAll<E>(selector)];
}

export function maybe<E extends Element = HTMLElement>(selector: string, root: Root = document): E | null {
  return root.querySelector<E>(selector);
}

/** A copy of the first element in `template#id`. */
export function clone<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = find<HTMLTemplateElement>(`template#${id}`).content.firstElementChild?.cloneNode(true);
  if (!(element instanceof HTMLElement)) throw new Error(`template ${id} is empty`);
  return element as E;
}

/** Puts text where `selector` is; its absence is a fault of the template. */
export function write(selector: string, text: string, root: Root = document): void {
  find(selector, root).textContent = text;
}

/** Whether keys pressed here are text, or choose something in a field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
