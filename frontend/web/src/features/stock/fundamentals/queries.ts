import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

/** What a company told in its filings, as known on a day; today without one. */
export function fundamentalsQuery(symbol: string, as_of: string | undefined) {
  return queryOptions({
    queryKey: ["fundamentals", symbol, as_of],
    queryFn: ({ signal }) =>
      answer(
        client.GET("/api/stocks/{symbol}/fundamentals", { params: { path: { symbol }, query: { as_of } }, signal }),
      ),
    staleTime: 5 * 60_000,
    // Another day of the same stock is dimmed meanwhile, not taken away.
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? previous : undefined),
  });
}
