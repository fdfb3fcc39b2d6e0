import { infiniteQueryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

const PAGE = 200;
const STALE = 5 * 60_000;

export interface Asked {
  start: string;
  end: string;
  symbols: string | undefined;
}

interface Page {
  rows: readonly unknown[];
  total: number;
}

/** Where the next page begins; nothing after the last. */
function next(last: Page, pages: readonly Page[]): number | undefined {
  const there = pages.reduce((sum, page) => sum + page.rows.length, 0);
  return last.rows.length > 0 && there < last.total ? there : undefined;
}

export function earningsCalendarQuery(asked: Asked) {
  return infiniteQueryOptions({
    queryKey: ["calendar", "earnings", asked],
    queryFn: ({ signal, pageParam }) =>
      answer(client.GET("/api/calendar/earnings", { params: { query: { ...asked, limit: PAGE, offset: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: next,
    staleTime: STALE,
  });
}

export function dividendCalendarQuery(asked: Asked) {
  return infiniteQueryOptions({
    queryKey: ["calendar", "dividends", asked],
    queryFn: ({ signal, pageParam }) =>
      answer(client.GET("/api/calendar/dividends", { params: { query: { ...asked, limit: PAGE, offset: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: next,
    staleTime: STALE,
  });
}
