/** „Stand vergleichen“: a head that somebody kept against the log of today. Uses no key. */

import { find, findAll, write } from "../ui/dom";
import { atWork, clearErrors, onSubmit, showFieldError } from "../ui/form";
import { type Comparison, compareWithLog } from "../ui/log_compare";
import { texts } from "../ui/texts";

function show(result: Comparison): void {
  const { log } = texts();
  if (result.outcome === "same") write("[data-compare-same]", log.same(result.older, result.newer));
  else if (result.outcome === "unknown") write("[data-compare-unknown]", `${log.notAHead} (${result.code})`);
  else {
    const { problems, other } = log;
    const known = Object.hasOwn(problems, result.code)
      ? problems[result.code as keyof typeof problems]
      : other;
    const count = result.lost === undefined ? "" : ` ${log.gone(result.lost)}`;
    write("[data-compare-differs]", `${known}${count} (${result.code})`);
  }
  for (const banner of findAll("[data-compare] [data-state]"))
    banner.hidden = banner.dataset["state"] !== result.outcome;
}

const form = find<HTMLFormElement>('[data-form="compare"]');
const area = find<HTMLTextAreaElement>("#compare-text");

onSubmit(form, () => {
  clearErrors();
  for (const banner of findAll("[data-compare] [data-state]")) banner.hidden = true;
  if (area.value.trim() === "") {
    showFieldError("compare-text", texts().form.empty);
    return;
  }
  void atWork(find("[data-submit]", form), async () =>
    show(await compareWithLog(area.value, document.body.dataset["firm"] ?? "")),
  );
});
