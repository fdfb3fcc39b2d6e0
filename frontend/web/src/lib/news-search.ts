/** What is asked of the stories, as an address says it. Whatever is not understood is left out. */
import { LABELS, type Label } from "./news";

export const PROVIDERS = ["massive", "finnhub", "alphavantage", "newsapi"] as const;
export type NewsProvider = (typeof PROVIDERS)[number];

export interface StorySearch {
  q?: string;
  sentiment?: Label;
  provider?: NewsProvider;
}

export function storySearch(search: Record<string, unknown>): StorySearch {
  const q = typeof search.q === "number" ? String(search.q) : search.q;
  return {
    q: typeof q === "string" && q.trim() !== "" ? q.slice(0, 200) : undefined,
    sentiment: LABELS.find((label) => label === search.sentiment),
    provider: PROVIDERS.find((name) => name === search.provider),
  };
}

export function filtered(search: StorySearch): boolean {
  return search.q !== undefined || search.sentiment !== undefined || search.provider !== undefined;
}

export const NO_FILTER: StorySearch = { q: undefined, sentiment: undefined, provider: undefined };
