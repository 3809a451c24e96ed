/** Names of people's own vaults in a list: opened as their lines come into view, a few at a time. */

import type { Open } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { SealError } from "../seals/errors";
import { nameOf } from "./vault_name";

const AT_ONCE = 3;
/** Lines are opened before they are seen. */
const AHEAD = "400px";

export class NameColumn {
  private readonly open: Open;
  private readonly fail: (error: unknown) => void;
  private waiting: HTMLAnchorElement[] = [];
  private running = 0;

  constructor(open: Open, fail: (error: unknown) => void) {
    this.open = open;
    this.fail = fail;
  }

  /** Those links whose `data-personal` names a vault. One that does not open keeps what the server calls it. */
  show(links: readonly HTMLAnchorElement[]): void {
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          seen.unobserve(target);
          this.waiting.push(target as HTMLAnchorElement);
        }
        while (this.running < AT_ONCE && this.waiting.length > 0) void this.work().catch(this.fail);
      },
      { rootMargin: AHEAD },
    );
    for (const link of links) seen.observe(link);
  }

  /** One after the other, with what is known of keys from those before, until none waits. */
  private async work(): Promise<void> {
    this.running++;
    try {
      const { session, root } = this.open;
      const known = await Certificates.verify(session.firm.id, root, []);
      for (let link = this.waiting.shift(); link !== undefined; link = this.waiting.shift())
        await this.name(link, known);
    } finally {
      this.running--;
    }
  }

  private async name(link: HTMLAnchorElement, known: Certificates): Promise<void> {
    try {
      link.textContent = await nameOf(this.open, link.dataset["personal"] ?? "", known);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.fail(error);
    }
  }
}
