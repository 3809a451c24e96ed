/** The block in which a new password is chosen: live strength, rules that are listed, and its repetition. */

import { find, write } from "./dom";
import { field, showFieldError } from "./form";
import { containsWord, isLongEnough, MIN_SCORE, wordsOf } from "./password_rules";
import type { Score } from "./strength";
import { texts } from "./texts";

type Rule = "known" | "length" | "personal";

const ICONS = { open: "bi-dot", ok: "bi-check-lg", no: "bi-x-lg" } as const;
const PAUSE_MS = 120;

export class PasswordBlock {
  private readonly namesNow: () => readonly string[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `namesNow`: the person's and the firm's names, which the password must not contain. */
  constructor(namesNow: () => readonly string[]) {
    this.namesNow = namesNow;
    const input = field("new-password");
    input.addEventListener("focus", () => void loadStrength().catch(() => undefined), { once: true });
    input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.judge().catch(() => undefined), PAUSE_MS);
    });
  }

  /** The password, if it may be used and was repeated rightly; else null, and the fields say why. */
  async accepted(): Promise<string | null> {
    const password = field("new-password").value;
    const { form, password: words } = texts();
    if (password === "") return refused("new-password", form.empty);
    if (!(await this.judge())) return refused("new-password", words.refused);
    if (field("repeat-password").value !== password) return refused("repeat-password", words.different);
    return password;
  }

  /** Forgets what was typed, once it is no longer needed. */
  clear(): void {
    field("new-password").value = "";
    field("repeat-password").value = "";
  }

  /** Shows how good the typed password is; true when it may be used. */
  private async judge(): Promise<boolean> {
    const password = field("new-password").value;
    if (password === "") {
      for (const rule of ["length", "known", "personal"] as const) mark(rule, "open");
      showLevel(0, texts().password.nothing);
      return false;
    }
    const words = wordsOf(this.namesNow());
    const isLong = isLongEnough(password);
    const isImpersonal = !containsWord(password, words);
    mark("length", isLong ? "ok" : "no");
    mark("personal", isImpersonal ? "ok" : "no");
    const score = await loadStrength();
    const points = score(password, words);
    mark("known", points >= MIN_SCORE ? "ok" : "no");
    const isGood = isLong && isImpersonal && points >= MIN_SCORE;
    // A short or personal password is not called strong, however odd it looks.
    const level = isGood ? points : Math.min(points, MIN_SCORE - 1);
    showLevel(Math.max(1, level), texts().password.levels[level] ?? "");
    return isGood;
  }
}

async function loadStrength(): Promise<Score> {
  const { loadScore } = await import("./strength");
  return loadScore();
}

function refused(id: string, text: string): null {
  showFieldError(id, text);
  return null;
}

function mark(rule: Rule, state: keyof typeof ICONS): void {
  const item = find(`[data-rule="${rule}"]`);
  item.classList.toggle("ok", state === "ok");
  item.classList.toggle("no", state === "no");
  const icon = find(".bi", item);
  icon.classList.remove(...Object.values(ICONS));
  icon.classList.add(ICONS[state]);
}

function showLevel(level: number, word: string): void {
  find("[data-strength-bars]").dataset["level"] = String(level);
  write("[data-strength-word]", word);
}
