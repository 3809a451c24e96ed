/** Sizes and times as the server writes them (`site/words.py`); `tests/vectors/words.json` holds both to it. */

export type Language = "de" | "en";

const ZONE = "Europe/Berlin";
const NO_BREAK = "\u00a0";
const UNITS = ["KB", "MB", "GB", "TB"];
const STEP = 1024;
const WEEK_DAYS = 6;

export function pageLanguage(): Language {
  return document.documentElement.lang === "en" ? "en" : "de";
}

function locale(language: Language): string {
  // Not British English: that writes "Sept".
  return language === "de" ? "de-DE" : "en-US";
}

/** Seconds since 1970, now. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** "812 Bytes", "806,1 KB", "2,0 GB": one decimal, rounded half up. */
export function formatSize(bytes: number, language: Language): string {
  if (bytes < STEP) {
    const unit = bytes === 1 ? "Byte" : "Bytes";
    return `${bytes}${NO_BREAK}${language === "de" ? unit : unit.toLowerCase()}`;
  }
  const tenths = (power: number) => Math.floor((bytes * 10) / STEP ** power + 0.5);
  let power = 1;
  // Rounded before compared: what would be shown as 1024,0 belongs to the next unit.
  while (tenths(power) >= 10 * STEP && power < UNITS.length) power += 1;
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${(tenths(power) / 10).toLocaleString(locale(language), digits)}${NO_BREAK}${UNITS[power - 1]}`;
}

/** "heute, 08:31", "So 21:14" within the last six days, else "02.11.2026, 09:15". `now` and `at` in seconds. */
export function formatWhen(at: number, now: number, language: Language): string {
  const clock = part(at, language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `${language === "de" ? "heute" : "today"},${NO_BREAK}${clock}`;
  if (days > 0 && days <= WEEK_DAYS) return `${part(at, language, { weekday: "short" })}${NO_BREAK}${clock}`;
  return `${formatDay(at, language)},${NO_BREAK}${clock}`;
}

/** "02.11.2026", "2 Nov 2026". */
export function formatDay(at: number, language: Language): string {
  if (language === "de") return part(at, language, { day: "2-digit", month: "2-digit", year: "numeric" });
  const [day, month, year] = (["day", "month", "year"] as const).map((name) =>
    part(at, language, { [name]: name === "month" ? "short" : "numeric" }),
  );
  return `${day} ${month} ${year}`;
}

function part(at: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale(language), { timeZone: ZONE, ...options }).format(
    new Date(at * 1000),
  );
}

/** Days since the epoch of the calendar day in Berlin. */
function dayNumber(at: number): number {
  const text = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(new Date(at * 1000));
  return Date.parse(`${text}T00:00:00Z`) / 86_400_000;
}
