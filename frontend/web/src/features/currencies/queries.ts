import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

// The ECB publishes once a day; what has come meanwhile is fetched when one comes back to the page.
const STALE = 10 * 60_000;

/** All rates against `base`, of the day published last, or last before `on`. */
export function ratesQuery(base: string, on?: string) {
  return queryOptions({
    queryKey: ["fx", "rates", base, on],
    queryFn: ({ signal }) => answer(client.GET("/api/fx/rates", { params: { query: { base, on } }, signal })),
    staleTime: STALE,
    placeholderData: keepPreviousData,
  });
}

export function rateHistoryQuery(quote: string, base: string, days: number) {
  return queryOptions({
    queryKey: ["fx", "history", base, quote, days],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/api/fx/rates/{quote}/history", { params: { path: { quote }, query: { base, days } }, signal }),
      ),
    staleTime: STALE,
  });
}
