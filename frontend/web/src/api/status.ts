import { queryOptions, useQuery } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { Status } from "./types";

/** The installation as a whole: mode, how fresh, the last run. Polled faster while something runs. */
export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(client.GET("/api/status", { signal })),
  refetchInterval: (query) => (query.state.data?.last_run?.state === "running" ? 3_000 : 20_000),
});

export function useStatus(): Status | undefined {
  return useQuery(statusQuery).data;
}
