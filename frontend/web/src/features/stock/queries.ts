import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";
import type { Adjust } from "@/api/types";

export function stockQuery(symbol: string) {
  return queryOptions({
    queryKey: ["stock", symbol],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks/{symbol}", { params: { path: { symbol } }, signal })),
    staleTime: 60_000,
    // The last price is asked for every minute while the page is open.
    refetchInterval: 15_000,
  });
}

/** Daily bars from `from` on; without it, all there are. */
export function pricesQuery(symbol: string, adjust: Adjust, from: string | undefined) {
  return queryOptions({
    queryKey: ["prices", symbol, adjust, from],
    queryFn: ({ signal }) =>
      answer(client.GET("/api/stocks/{symbol}/prices", { params: { path: { symbol }, query: { adjust, from } }, signal })),
    staleTime: 60_000,
    // The old series stays, dimmed, while another adjustment of the same stock is on the way.
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? keepPreviousData(previous) : undefined),
  });
}

export function analysisQuery(symbol: string) {
  return queryOptions({
    queryKey: ["analysis", symbol],
    queryFn: ({ signal }) =>
      answer(client.GET("/api/stocks/{symbol}/analysis", { params: { path: { symbol } }, signal })),
    staleTime: 60_000,
  });
}

/** Who files for it, as far as it is stored: never a call to the SEC. */
export function companyQuery(symbol: string) {
  return queryOptions({
    queryKey: ["company", symbol],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks/{symbol}/company", { params: { path: { symbol } }, signal })),
    staleTime: 5 * 60_000,
  });
}

export function stockDataQuery(symbol: string) {
  return queryOptions({
    queryKey: ["stock-data", symbol],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks/{symbol}/data", { params: { path: { symbol } }, signal })),
    staleTime: 60_000,
  });
}

/** How fresh everything is that is known of it. Asked again while somebody looks; a hidden page asks for nothing. */
export function freshnessQuery(symbol: string) {
  return queryOptions({
    queryKey: ["freshness", symbol],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks/{symbol}/freshness", { params: { path: { symbol } }, signal })),
    refetchInterval: 5_000,
    staleTime: 5_000,
  });
}
