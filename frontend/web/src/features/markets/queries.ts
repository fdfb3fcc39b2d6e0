import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";

import { answer, client } from "@/api/client";
import type { StockRow } from "@/api/types";

import { toQuery, type MarketsSearch } from "./search";

export const PAGE = 100;

function stocksPageQuery(search: MarketsSearch, page: number) {
  const query = { ...toQuery(search), limit: PAGE, offset: page * PAGE };
  return queryOptions({
    queryKey: ["stocks", query],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks", { params: { query }, signal })),
    staleTime: 60_000,
  });
}

export interface Stocks {
  count: number;
  session: string | null;
  /** The rows of the first page, as far as they are there. */
  firstPage: readonly StockRow[];
  /** The row at this place of the whole list, or `undefined` while its page is on the way. */
  at: (index: number) => StockRow | undefined;
  loading: boolean;
  /** What is shown answers the previous question. */
  outdated: boolean;
  error: Error | null;
  retry: () => void;
}

/**
 * The list that `search` asks for. It knows its length at once and loads only the pages that are looked at, so that
 * one may jump anywhere in twelve thousand rows.
 */
export function useStocks(search: MarketsSearch, visiblePages: number[]): Stocks {
  const first = useQuery({ ...stocksPageQuery(search, 0), placeholderData: keepPreviousData });
  const others = visiblePages.filter((page) => page !== 0);
  const more = useQueries({
    queries: first.isPlaceholderData ? [] : others.map((page) => stocksPageQuery(search, page)),
  });
  return {
    count: first.data?.count ?? 0,
    session: first.data?.session ?? null,
    firstPage: first.data?.results ?? [],
    at: (index) => {
      const page = Math.floor(index / PAGE);
      const answered = page === 0 ? first.data : more[others.indexOf(page)]?.data;
      return answered?.results[index % PAGE];
    },
    loading: first.isPending,
    outdated: first.isPlaceholderData,
    error: first.error ?? more.find((query) => query.error)?.error ?? null,
    retry: () => {
      void first.refetch();
      for (const query of more) if (query.error) void query.refetch();
    },
  };
}

/** How many stocks a board has in all, whatever the filters: what tells «nothing matches» from «nothing yet». */
export function useBoardCount(search: MarketsSearch): number | undefined {
  const query = { ...toQuery({ board: search.board }), limit: 1 };
  return useQuery({
    queryKey: ["stocks", "count", query],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks", { params: { query }, signal })),
    staleTime: 60_000,
    select: (page) => page.count,
  }).data;
}
