/** The keys of virus scanner, server and log: certified and taken back by an owner. */

import { certifyMachine, type MachineKind, machineKid, machineOf } from "../ceremonies/machine";
import { revoke } from "../ceremonies/revoke";
import { printOf } from "../seals/keys";
import { runDialog } from "../ui/dialog";
import { find, findAll, write } from "../ui/dom";
import { atWork } from "../ui/form";
import { now } from "../ui/format";
import { openKey } from "../ui/unlock";

const KINDS = ["scanner", "service", "log"] as const;

interface Machine {
  readonly kind: MachineKind;
  readonly name: string;
}

function machineIn({ dataset }: HTMLElement): Machine {
  const kind = KINDS.find((one) => one === dataset["kind"]) ?? "service";
  return { kind, name: dataset["name"] ?? "" };
}

/** The print is this browser's own, of the key that it is about to sign. */
function describe(dialog: HTMLElement, { kind, name }: Machine, kid: string): void {
  write("[data-machine-name]", name, dialog);
  write("[data-machine-print]", printOf(kid), dialog);
  for (const part of findAll("[data-for]", dialog)) part.hidden = part.dataset["for"] !== kind;
}

async function askToCertify(row: HTMLElement): Promise<void> {
  const key = await openKey();
  if (key === null) return;
  const machine = machineIn(row);
  const shown = row.dataset["shown"] ?? "";
  describe(find("dialog#certify-machine"), machine, machineKid(shown));
  const submit = () => certifyMachine(key.open, key.certificates, machine.kind, shown, now());
  if (await runDialog("certify-machine", { submit })) await showAnew();
}

async function askToRevoke(row: HTMLElement): Promise<void> {
  const key = await openKey();
  if (key === null) return;
  const { open, certificates } = key;
  const machine = machineIn(row);
  const certificate = machineOf(certificates, machine.kind, row.dataset["key"] ?? "");
  describe(find("dialog#revoke-machine"), machine, certificate.kid);
  const plan = { certificate, reason: "replaced", compromisedSince: null, recertify: [] } as const;
  const submit = () => revoke(open, certificates, plan, now());
  if (await runDialog("revoke-machine", { submit })) await showAnew();
}

/** First this browser learns what was just signed: its next look at the log judges the key by it. */
async function showAnew(): Promise<void> {
  await openKey();
  location.reload();
}

function listen(selector: string, ask: (row: HTMLElement) => Promise<void>): void {
  for (const button of findAll(selector)) {
    const row = button.closest<HTMLElement>("[data-kind]");
    if (row !== null) button.addEventListener("click", () => void atWork(button, () => ask(row)));
  }
}

listen("[data-certify]", askToCertify);
listen("[data-revoke]", askToRevoke);
