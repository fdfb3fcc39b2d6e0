import { storySearch, type StorySearch } from "@/lib/news-search";
import { symbolsOf } from "@/lib/symbols";

/** What the News page shows, as its address says it. */
export interface NewsSearch extends StorySearch {
  /** Symbols with commas between. */
  symbol?: string;
}

export function newsSearch(search: Record<string, unknown>): NewsSearch {
  return { ...storySearch(search), symbol: symbolsOf(search.symbol) };
}
