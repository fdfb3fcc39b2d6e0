import { isDay } from "@/lib/days";
import { symbolsOf } from "@/lib/symbols";

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
