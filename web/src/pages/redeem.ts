/** An invited person comes with a letter: code → keys → password → signed in. */

import { prepareRedemption, type Recognised, type Redemption, recognise, redeem } from "../ceremonies/redeem";
import { codeOf, invitationIdOf } from "../seals/invitations";
import { find, findAll, write } from "../ui/dom";
import { atWork, field, filled, onSubmit, showFault } from "../ui/form";
import { now } from "../ui/format";
import { onSecret } from "../ui/fragment";
import { PasswordBlock } from "../ui/password_block";
import { shownStep, showStep } from "../ui/steps";
import { texts } from "../ui/texts";

const CODE_FIELDS = { wrong_code: "code", invitation_unknown: "invitation-id" };

const form = find<HTMLFormElement>('form[data-form="redeem"]');
const nextButton = find("[data-next]", form);
const submitButton = find("[data-submit]", form);
const block = new PasswordBlock(namesOfRecognised);
let recognised: Recognised | null = null;
/** Kept between attempts, see `redeem`. */
let prepared: { readonly password: string; readonly redemption: Redemption } | null = null;

function namesOfRecognised(): readonly string[] {
  if (recognised === null) return [];
  const { firm, person } = recognised.answer;
  return [firm.name, firm.slug, person.name, person.username];
}

async function checkCode(): Promise<void> {
  if (filled(["invitation-id", "code"]) === null) return;
  const [id, code] = [typed("invitation-id", invitationIdOf), typed("code", codeOf)];
  if (id === null || code === null) return;
  const checking = find("[data-checking]");
  checking.hidden = false;
  try {
    recognised = await recognise(id, code);
  } finally {
    checking.hidden = true;
  }
  greet(recognised);
  for (const name of ["invitation-id", "code"]) field(name).readOnly = true;
  showStep("password");
}

/** What was typed, read; an error stands beside its field. */
function typed<T>(id: string, read: (text: string) => T): T | null {
  try {
    return read(field(id).value);
  } catch (error) {
    showFault(error, { code_invalid: id });
    return null;
  }
}

function greet({ answer: { firm, person } }: Recognised): void {
  write("[data-firm-name]", firm.name);
  write("[data-greeting]", texts().redeem.greeting(person.name));
  field("username").value = person.username;
  for (const suffix of findAll("[data-slug-suffix]")) suffix.textContent = `@${firm.slug}`;
}

async function register(): Promise<void> {
  const password = await block.accepted();
  if (password === null || recognised === null) return;
  if (prepared?.password !== password)
    prepared = { password, redemption: await prepareRedemption(recognised, password, now()) };
  await redeem(prepared.redemption, now());
  prepared = null;
  block.clear();
  showStep("done");
}

function goOn(): void {
  if (shownStep() === "code") void atWork(nextButton, checkCode, CODE_FIELDS);
  else void atWork(submitButton, register);
}

nextButton.addEventListener("click", goOn);
onSubmit(form, goOn);

onSecret(["invitation-id", "code"], (code) => {
  if (shownStep() !== "code") return;
  if (code !== "") field("code").value = code;
  if (field("invitation-id").value !== "" && field("code").value !== "") goOn();
});
