import { queryOptions } from "@tanstack/react-query";

import { answer, client } from "@/api/client";

/** How often the page asks while somebody looks at it; a hidden page asks for nothing. */
const EVERY = 5_000;

export const usageQuery = queryOptions({
  queryKey: ["api-usage"],
  queryFn: ({ signal }) => answer(client.GET("/api/metrics/api-usage", { signal })),
  refetchInterval: EVERY,
  staleTime: EVERY,
});

export const cacheQuery = queryOptions({
  queryKey: ["cache-usage"],
  queryFn: ({ signal }) => answer(client.GET("/api/metrics/cache", { signal })),
  refetchInterval: EVERY,
  staleTime: EVERY,
});
