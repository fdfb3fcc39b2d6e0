import { QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiError, SignedOut } from "@/api/errors";

/** Server state for the whole page. `onSignedOut` runs when any answer says that the session is gone. */
export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (error instanceof SignedOut && query.queryKey[0] !== "session") {
          client.setQueryData(["session"], null);
          onSignedOut();
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // What the API refused, it will refuse again; only silence is worth a second try.
        retry: (failures, error) => !(error instanceof ApiError && error.status < 500) && failures < 2,
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
    },
  });
  return client;
}
