/** What the Markets page shows, as its address says it. Whatever is not understood is left out. */

export type Board = "stocks" | "etfs" | "unranked" | "all";

export interface MarketsSearch {
  q?: string;
  board?: Board;
  sort?: string;
  kind?: string;
  exchange?: string;
  min_price?: number;
  min_score?: number;
}

const BOARDS: readonly string[] = ["stocks", "etfs", "unranked", "all"];

/** A value from an address: «?q=8591» arrives as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && value !== "" && Number.isFinite(number) && number > 0 ? number : undefined;
}

export function marketsSearch(search: Record<string, unknown>): MarketsSearch {
  const sort = text(search.sort);
  return {
    q: text(search.q),
    board: BOARDS.includes(search.board as string) ? (search.board as Board) : undefined,
    sort: sort && /^-?[a-z_0-9]+$/.test(sort) ? sort : undefined,
    kind: text(search.kind),
    exchange: text(search.exchange),
    min_price: positive(search.min_price),
    min_score: positive(search.min_score),
  };
}

export const DEFAULT_BOARD: Board = "stocks";

/** What there is to show: `none` before there are prices, `prices` before anything is ranked, else `scores`. */
export type Known = "none" | "prices" | "scores";

/** Best first where there is a score to go by, else what is traded most, or else by symbol. */
export function defaultSort(board: Board, ranked = true, sourceless = false): string {
  if (board === "unranked" || (!ranked && sourceless)) return "symbol";
  return ranked ? "-score" : "-dollar_volume";
}

/** The same as the API's query. */
export function toQuery(search: MarketsSearch): Record<string, string | number | boolean> {
  const board = search.board ?? DEFAULT_BOARD;
  const query: Record<string, string | number | boolean> = { sort: search.sort ?? defaultSort(board) };
  // A board of the API has all instruments of its class; those without a rank are a list of their own here.
  if (board === "stocks" || board === "etfs") Object.assign(query, { board, ranked: true });
  if (board === "unranked") query.ranked = false;
  if (search.q) query.search = search.q;
  if (search.kind) query.kind = search.kind;
  if (search.exchange) query.exchange = search.exchange;
  if (search.min_price) query.min_price = search.min_price;
  if (search.min_score) query.min_score = search.min_score;
  return query;
}

/** How many filters are set, boards and search aside. */
export function filterCount(search: MarketsSearch): number {
  return [search.kind, search.exchange, search.min_price, search.min_score].filter((value) => value !== undefined).length;
}
