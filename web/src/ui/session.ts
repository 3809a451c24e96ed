/** The end of the session under an open page: the key goes, and so does the page, with the names and seeds it holds. */

import { endKey } from "../keyring/presence";
import { WireError } from "../wire/http";

let isUnderWay = false;

export function isSignedOut(error: unknown): boolean {
  return error instanceof WireError && error.status === 401 && error.code === "signed_out";
}

/** Whether the page is on its way to the sign-in page: nothing that is unfinished can be finished any more. */
export function isLeaving(): boolean {
  return isUnderWay;
}

/** Closes the person's key in all tabs, and leads to the sign-in page, and from there back here. */
export async function leave(): Promise<void> {
  try {
    await endKey();
  } finally {
    toSignIn();
  }
}

export function toSignIn(): void {
  isUnderWay = true;
  const { slug } = document.body.dataset;
  const query = new URLSearchParams({ grund: "abgelaufen", next: location.pathname });
  location.assign(`${slug === undefined ? "/anmeldung" : `/k/${slug}`}?${query}${location.hash}`);
}
