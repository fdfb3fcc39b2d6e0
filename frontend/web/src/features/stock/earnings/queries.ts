import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

export function earningsQuery(symbol: string) {
  return queryOptions({
    queryKey: ["earnings", symbol],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks/{symbol}/earnings", { params: { path: { symbol } }, signal })),
    staleTime: 5 * 60_000,
  });
}
