/** Texts that appear at run time, in the page's language. German is the original; English is complete. */

import { CryptoError } from "../crypto/errors";
import { IntegrityError, SealError } from "../seals/errors";
import { WireError } from "../wire/http";
import { pageLanguage } from "./format";
import { DE } from "./texts_de";
import { EN } from "./texts_en";

export type Texts = typeof DE;

/** How a message looks: a finding against the server, a refusal, a success. */
export type Tone = "alarm" | "lock" | "ok";

export function texts(): Texts {
  return pageLanguage() === "en" ? EN : DE;
}

interface ProblemText {
  readonly tone: Tone;
  readonly title: string;
  readonly text: string;
}

/** Whether an error is one that we throw ourselves, with a code. */
export function isExpected(error: unknown): error is CryptoError | SealError | WireError {
  return error instanceof SealError || error instanceof WireError || error instanceof CryptoError;
}

/** What to tell people about an error: what happened, what it means, what to do now. */
export function problemText(error: unknown): ProblemText {
  const { problems } = texts();
  const code = isExpected(error) ? error.code : "unexpected";
  const known = Object.hasOwn(problems, code) ? problems[code as keyof Texts["problems"]] : undefined;
  if (error instanceof IntegrityError) {
    const { title, text } = known ?? problems.integrity;
    return { tone: "alarm", title, text: `${text} (${code})` };
  }
  if (error instanceof WireError && error.message !== "") {
    return { tone: "lock", title: known?.title ?? problems.refused.title, text: error.message };
  }
  return { tone: "lock", ...(known ?? problems.unexpected) };
}
