import { queryOptions, useQuery } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { Status } from "./types";

/** History is being brought, or waits for its next call. */
export function underWay({ history }: Pick<Status, "history">): boolean {
  return history?.state === "running" || history?.state === "waiting";
}

/** The installation as a whole: mode, how fresh, the last run. Polled faster while something runs. */
export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(client.GET("/api/status", { signal })),
  refetchInterval: ({ state: { data } }) =>
    data?.last_run?.state === "running" ? 3_000 : data && underWay(data) ? 5_000 : 20_000,
});

export function useStatus(): Status | undefined {
  return useQuery(statusQuery).data;
}
