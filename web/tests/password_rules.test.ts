import { describe, expect, test, vi } from "vitest";
import { containsWord, isLongEnough, wordsOf } from "../src/ui/password_rules";
import { loadScore } from "../src/ui/strength";

describe("a new password", () => {
  test("has twelve characters, counted as people count them", () => {
    expect(isLongEnough("elf Zeichen")).toBe(false);
    expect(isLongEnough("zwölf Zeiche")).toBe(true);
    // Six pairs of surrogates are six characters; a ligature is what NFKC makes of it.
    expect(isLongEnough("😀😀😀😀😀😀")).toBe(false);
    expect(isLongEnough("ﬁﬁﬁﬁﬁﬁ")).toBe(true);
  });

  test("contains neither the person's name nor the firm's, however they are written", () => {
    const words = wordsOf(["Jürgen von Šimůnek", "Kanzlei Müller und Partner", "j.simunek"]);
    for (const password of ["xJURGENx", "simunek", "MULLERin", "müllerin", "partnerschaft"])
      expect(containsWord(password, words), password).toBe(true);
    for (const password of ["Hund und Katze von nebenan", "Zebra Lampe", ""])
      expect(containsWord(password, words), password).toBe(false);
  });

  test("is judged by German words and by the words of the person", async () => {
    vi.stubGlobal("document", { documentElement: { lang: "de" } });
    const score = await loadScore();
    vi.unstubAllGlobals();
    expect(score("passwort1234", [])).toBeLessThan(3);
    expect(score("qwertzuiop12", [])).toBeLessThan(3);
    expect(score("Steuerberater2026", [])).toBeLessThan(3);
    expect(score("Kuchen Wolke Zange Fahrrad", [])).toBe(4);
    const own = "Xylanthropus77";
    expect(score(own, ["xylanthropus"])).toBeLessThan(score(own, []));
  });
});
