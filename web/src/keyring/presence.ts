/** Whether a key is kept in this browser, and how it goes; without the code that uses keys, for pages that use none. */

import { forgetAll, forgetOne, recall } from "./store";

export const PERSON = "person";
const CHANNEL = "siegel";

type Notice = "key-closed" | "new-root" | "key-opened" | "session-ended" | "signed-out";

/** Whether a key of this person is kept in this browser. */
export async function isKept(person: string): Promise<boolean> {
  return (await recall<{ readonly person: string }>(PERSON))?.person === person;
}

/** Closes the person's key in this browser, in all tabs; what else was remembered (the heads of vaults) stays. */
export async function closeKey(): Promise<void> {
  await forgetOne(PERSON);
  tell("key-closed");
}

/** Closes the person's key, in all tabs, as the server has ended the session. */
export async function endKey(): Promise<void> {
  try {
    await forgetOne(PERSON);
  } finally {
    tell("session-ended");
  }
}

/** Forgets everything in this browser and tells the other tabs. */
export async function forget(): Promise<void> {
  await forgetAll();
  tell("signed-out");
}

/** Calls `then` when another tab signs out. */
export function onForgotten(then: () => void): void {
  onNews("signed-out", then);
}

/** Calls `then` when another tab closes the key. */
export function onKeyClosed(then: () => void): void {
  onNews("key-closed", then);
}

/** Calls `then` when a tab has learnt that the session has ended. */
export function onSessionEnded(then: () => void): void {
  onNews("session-ended", then);
}

/** Tells all pages of this browser, this one included, that a key is kept again. */
export function announceOpened(): void {
  tell("key-opened");
}

/** Calls `then` when a key was opened, here or in another tab. */
export function onKeyOpened(then: () => void): void {
  onNews("key-opened", then);
}

/** Tells all pages of this browser, this one included. */
export function tell(notice: Notice): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(notice);
  channel.close();
}

/** Calls `then` whenever a page tells this. */
export function onNews(notice: Notice, then: () => void): void {
  new BroadcastChannel(CHANNEL).addEventListener("message", (event) => {
    if (event.data === notice) then();
  });
}
