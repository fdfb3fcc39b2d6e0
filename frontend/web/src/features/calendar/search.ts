import { isDay } from "@/lib/days";

/** What the Calendar page shows, as its address says it. Whatever is not understood is left out. */
export interface CalendarSearch {
  show?: "dividends";
  /** A day of the week that is shown; this week unless given. */
  week?: string;
  symbols?: string;
}

export function calendarSearch(search: Record<string, unknown>): CalendarSearch {
  return {
    show: search.show === "dividends" ? "dividends" : undefined,
    week: isDay(search.week) ? search.week : undefined,
    symbols: symbolsOf(search.symbols),
  };
}

/** «abc, xyz» → «ABC,XYZ»; nothing where there is none. */
export function symbolsOf(typed: unknown): string | undefined {
  if (typeof typed !== "string") return undefined;
  const symbols = typed.toUpperCase().match(/[A-Z0-9][A-Z0-9.\-^/]*/g) ?? [];
  return symbols.length > 0 ? [...new Set(symbols)].slice(0, 100).join(",") : undefined;
}
