import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

/** The overall score of the last session scored by a day; by today without one. */
export function scoreQuery(symbol: string, as_of?: string) {
  return queryOptions({
    queryKey: ["score", symbol, as_of],
    queryFn: ({ signal }) =>
      answer(client.GET("/api/stocks/{symbol}/score", { params: { path: { symbol }, query: { as_of } }, signal })),
    staleTime: 60_000,
    // Another day of the same stock is dimmed meanwhile, not taken away.
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? previous : undefined),
  });
}
