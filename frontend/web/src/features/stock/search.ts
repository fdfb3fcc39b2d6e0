import type { Adjust } from "@/api/types";
import { isDay } from "@/lib/days";
import { storySearch, type StorySearch } from "@/lib/news-search";

/** What the Stock page shows, as its address says it. */
export type Tab = "overview" | "analysis" | "score" | "fundamentals" | "earnings" | "news" | "company" | "data";
export type Range = "1M" | "3M" | "6M" | "YTD" | "1Y" | "2Y" | "All";
export type View = "chart" | "table";

export const TABS: readonly Tab[] = ["overview", "analysis", "score", "fundamentals", "earnings", "news", "company", "data"];
export const RANGES: readonly Range[] = ["1M", "3M", "6M", "YTD", "1Y", "2Y", "All"];
export const ADJUSTMENTS: readonly Adjust[] = ["all", "splits", "none"];

export interface StockSearch extends StorySearch {
  tab?: Tab;
  range?: Range;
  adjust?: Adjust;
  view?: View;
  /** Of the fundamentals: quarters in place of years. */
  periods?: "quarters";
  /** The day whose knowledge is shown; today unless given. */
  as_of?: string;
}

function oneOf<Value extends string>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((known) => known === value);
}

export function stockSearch(search: Record<string, unknown>): StockSearch {
  return {
    ...storySearch(search),
    tab: oneOf(TABS, search.tab),
    range: oneOf(RANGES, search.range),
    adjust: oneOf(ADJUSTMENTS, search.adjust),
    view: oneOf(["chart", "table"], search.view),
    periods: oneOf(["quarters"], search.periods),
    as_of: isDay(search.as_of) ? search.as_of : undefined,
  };
}
