/** On every page: side bar, theme, dialogs, shortcuts, the key chip and signing out. Uses no key. */

import {
  closeKey,
  forget,
  isKept,
  onForgotten,
  onKeyClosed,
  onKeyOpened,
  onSessionEnded,
} from "../keyring/presence";
import { acknowledgeRoot, newRoot, onNewRoot } from "../keyring/root_news";
import { find, findAll, isTyping, maybe, write } from "../ui/dom";
import { toSignIn } from "../ui/session";
import { watchSessionEnd } from "../ui/session_end";
import { texts } from "../ui/texts";
import { api } from "../wire/api";

const { person, slug, sessionLeft } = document.body.dataset;

function listenToSideBar(): void {
  const side = maybe("#sidebar");
  const button = maybe("[data-toggle-side]");
  if (side === null || button === null) return;
  const show = (isOpen: boolean): void => {
    side.classList.toggle("is-open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => show(!side.classList.contains("is-open")));
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !side.contains(target) && !button.contains(target)) show(false);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !side.classList.contains("is-open")) return;
    show(false);
    button.focus();
  });
}

function listenToReveals(): void {
  for (const button of findAll("[data-reveal]")) {
    button.addEventListener("click", () => {
      const input = find<HTMLInputElement>(`#${button.dataset["reveal"]}`);
      const isShown = input.type === "password";
      input.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
      const icon = maybe(".bi", button);
      icon?.classList.toggle("bi-eye", !isShown);
      icon?.classList.toggle("bi-eye-slash", isShown);
    });
  }
}

function listenToDialogs(): void {
  for (const button of findAll("[data-open-dialog]"))
    button.addEventListener("click", () => openDialog(button.dataset["openDialog"] ?? ""));
  for (const button of findAll("dialog [data-close]"))
    button.addEventListener("click", () => button.closest("dialog")?.close());
}

function openDialog(id: string): void {
  const dialog = maybe<HTMLDialogElement>(`dialog#${id}`);
  if (dialog !== null && maybe("dialog[open]") === null) dialog.showModal();
}

const THEMES = {
  light: { next: "dark", icon: "bi-sun" },
  dark: { next: "system", icon: "bi-moon" },
  system: { next: "light", icon: "bi-circle-half" },
} as const;

function isTheme(text: string): text is keyof typeof THEMES {
  return Object.hasOwn(THEMES, text);
}

function listenToTheme(): void {
  for (const form of findAll<HTMLFormElement>("form[data-toggle-theme]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = find<HTMLButtonElement>("button", form);
      const theme = button.value;
      // As a form without script sends it: the server takes no multipart bodies.
      const body = new URLSearchParams(
        [...new FormData(form, button)].map(([name, value]) => [name, String(value)]),
      );
      if (isTheme(theme)) showTheme(theme, button);
      // Seen at once; if the server does not hear of it, the next page is as before.
      fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
    });
  }
}

/** The other language shows the same place: the page of a list, the folder of a vault. Elsewhere a fragment is a secret. */
function listenToLanguage(): void {
  for (const form of findAll<HTMLFormElement>("form[data-language]")) {
    form.addEventListener("submit", () => {
      const folder = maybe("main[data-vault]") === null ? "" : location.hash;
      find<HTMLInputElement>("[name=next]", form).value = location.pathname + location.search + folder;
    });
  }
}

function showTheme(theme: keyof typeof THEMES, button: HTMLButtonElement): void {
  const isDark =
    theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset["theme"] = theme;
  document.documentElement.dataset["bsTheme"] = isDark ? "dark" : "light";
  const { next, icon } = THEMES[theme];
  const label = texts().shell.theme[theme];
  button.value = next;
  button.title = label;
  button.setAttribute("aria-label", label);
  find(".bi", button).className = `bi ${icon}`;
}

const CHORD_MS = 1500;

function listenToKeys(): void {
  let goingSince = 0;
  document.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "l" && maybe("[data-key-close]:not([hidden])") !== null) {
        event.preventDefault();
        void closeHere();
      }
      return;
    }
    if (maybe("dialog[open]") !== null) return;
    const isGoing = event.timeStamp - goingSince < CHORD_MS;
    goingSince = event.key === "g" ? event.timeStamp : 0;
    if (event.key === "?") openDialog("shortcuts");
    else if (isGoing) maybe<HTMLAnchorElement>(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
}

/** A page that holds an open key starts afresh without it; others only say so. */
async function closeHere(): Promise<void> {
  await closeKey();
  await keyClosed();
}

async function keyClosed(): Promise<void> {
  if (maybe("main[data-vault]") !== null) location.reload();
  else await showKey();
}

async function showKey(): Promise<void> {
  const chip = maybe("[data-key-chip]");
  if (chip === null || person === undefined) return;
  const isOpen = await isKept(person);
  const { shell } = texts();
  chip.classList.toggle("is-closed", !isOpen);
  const icon = find("[data-key-icon]", chip);
  icon.classList.toggle("bi-unlock", isOpen);
  icon.classList.toggle("bi-lock", !isOpen);
  write("[data-key-state]", isOpen ? shell.keyOpen : shell.keyClosed, chip);
  write("[data-key-detail]", isOpen ? shell.keyOpenDetail : shell.keyClosedDetail, chip);
  find("[data-key-close]", chip).hidden = !isOpen;
  chip.hidden = false;
}

function listenToKeyChip(): void {
  maybe("[data-key-close]")?.addEventListener("click", () => void closeHere());
  onKeyClosed(() => void keyClosed());
  onKeyOpened(() => void showKey());
  // Coming back by the browser's own button, the page may be an old one.
  window.addEventListener("pageshow", () => void showKey());
}

function listenToSignOut(): void {
  for (const form of findAll<HTMLFormElement>("form[data-sign-out]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void signOut(form);
    });
  }
  if (person === undefined) return;
  onForgotten(signedOut);
  onSessionEnded(toSignIn);
}

/** First the server ends the session, so that other tabs, told next, find it ended. */
async function signOut(form: HTMLFormElement): Promise<void> {
  try {
    await api.endSession();
    await forget();
    signedOut();
  } catch {
    // Without a line, or without IndexedDB: the server's own way, which also clears this browser's storage.
    form.submit();
  }
}

function signedOut(): void {
  location.assign(slug === undefined ? "/anmeldung" : `/k/${slug}?grund=abgemeldet`);
}

/** Told once in each browser: the firm's root is another one. */
async function showNewRoot(): Promise<void> {
  const banner = maybe("[data-new-root]");
  const change = banner && (await newRoot());
  if (banner !== null) banner.hidden = change === null;
  if (banner === null || change === null) return;
  write("[data-new-root-prints]", texts().root.from(change.from, change.to), banner);
}

function listenToNewRoot(): void {
  onNewRoot(() => void showNewRoot());
  maybe("[data-new-root-seen]")?.addEventListener("click", () => void acknowledgeRoot());
  void showNewRoot();
}

listenToSideBar();
listenToReveals();
listenToDialogs();
listenToTheme();
listenToLanguage();
listenToKeys();
listenToKeyChip();
listenToSignOut();
listenToNewRoot();
if (sessionLeft !== undefined) watchSessionEnd(Number(sessionLeft));
