/** Numbers, sizes and times as the server's templates write them (GUIDE: sizes of 1024, today, weekday, date). */

export type Language = "de" | "en";

const ZONE = "Europe/Berlin";
const NO_BREAK = "\u00a0";

export function pageLanguage(): Language {
  return document.documentElement.lang === "en" ? "en" : "de";
}

function locale(language: Language): string {
  return language === "de" ? "de-DE" : "en-GB";
}

/** Seconds since 1970, now. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

export function formatSize(bytes: number, language: Language): string {
  const number = (value: number, digits: number) =>
    value.toLocaleString(locale(language), { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (bytes < 1024) return `${number(bytes, 0)}${NO_BREAK}${bytes === 1 ? "Byte" : "Bytes"}`;
  let value = bytes / 1024;
  for (const unit of ["KB", "MB"]) {
    if (value < 1024) return `${number(value, 1)}${NO_BREAK}${unit}`;
    value /= 1024;
  }
  return `${number(value, 1)}${NO_BREAK}GB`;
}

/** "heute, 08:31", "So 21:14" within the last six days, else "02.11.2026, 09:15". `now` and `at` in seconds. */
export function formatWhen(at: number, now: number, language: Language): string {
  const date = new Date(at * 1000);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale(language), { timeZone: ZONE, ...options }).format(date);
  const clock = part({ hour: "2-digit", minute: "2-digit", hour12: false });
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `${language === "de" ? "heute" : "today"}, ${clock}`;
  if (days > 0 && days <= 6) return `${part({ weekday: "short" }).replace(".", "")} ${clock}`;
  return `${part({ day: "2-digit", month: "2-digit", year: "numeric" })}, ${clock}`;
}

/** "02.11.2026". */
export function formatDay(at: number, language: Language): string {
  const options = { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" } as const;
  return new Intl.DateTimeFormat(locale(language), options).format(new Date(at * 1000));
}

/** Days since the epoch of the calendar day in Berlin. */
function dayNumber(at: number): number {
  const text = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }).format(new Date(at * 1000));
  return Date.parse(`${text}T00:00:00Z`) / 86_400_000;
}
