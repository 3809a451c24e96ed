/** What of a vault lies under keys before the present ones, and in which order it is best sealed anew. */

import type { FileVersion } from "../seals/chain";
import type { OpenedVault } from "./opened";

export interface OldVersion {
  readonly node: string;
  readonly version: FileVersion;
}

/**
 * First what somebody who is out by now was given the key of, then the rest; each from the newest contents on. What is
 * gone for ever, or was emptied out of the trash, is not there any more.
 */
export function oldContents(vault: OpenedVault): readonly OldVersion[] {
  const { chain } = vault;
  const { epoch } = chain.epoch;
  const exposed = exposedEpoch(vault);
  const old = [...chain.nodes.values()].flatMap((node) =>
    node.kind === "file" && !chain.isGone(node.id)
      ? node.versions
          .filter((version) => version.manifest.epoch < epoch && vault.hasRow(version))
          .map((version) => ({ node: node.id, version }))
      : [],
  );
  const isLater = ({ version }: OldVersion): number => Number(version.manifest.epoch > exposed);
  return old.sort((a, b) => isLater(a) - isLater(b) || cameAt(b.version) - cameAt(a.version));
}

/** Of these versions the sealed bytes. */
export function bytesOf(old: readonly OldVersion[]): number {
  return old.reduce((sum, { version }) => sum + version.manifest.payload_size, 0);
}

/** The newest epoch before the present one that was sealed to somebody who is out by now; 0 where there is none. */
function exposedEpoch(vault: OpenedVault): number {
  const { certificates, chain } = vault;
  const moment = vault.present();
  const today = new Map(chain.holders(moment).map((holder) => [holder.key, holder.subject]));
  const subjects = new Set(today.values());
  const isOut = (kid: string): boolean => {
    if (today.has(kid)) return false;
    const certificate = certificates.of(kid);
    // An old key of a team opens for whoever has left it; a letter that was redeemed belongs to its redeemer.
    const isKnown = certificate !== null && certificate.kind !== "team" && subjects.has(certificate.subject);
    return !isKnown || !certificates.inForce(kid, moment.logIndex);
  };
  const epochs = [...chain.epochs.values()].filter((one) => one.epoch < chain.epoch.epoch);
  return Math.max(0, ...epochs.filter((one) => one.sealed_to.some(isOut)).map((one) => one.epoch));
}

/** The place in the log at which the contents came, however often they were sealed anew since. */
function cameAt({ earlier, logIndex }: FileVersion): number {
  return earlier[0]?.logIndex ?? logIndex;
}
