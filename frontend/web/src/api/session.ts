import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { answer, client } from "./client";
import { SignedOut } from "./errors";

/** Who is signed in, or `null`. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    try {
      return (await answer(client.GET("/api/session"))).user;
    } catch (error) {
      if (error instanceof SignedOut) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (credentials: { username: string; password: string }) => {
      // Signing in needs the cookie of the CSRF token, which any answer of the session endpoint sets.
      if (!document.cookie.includes("csrftoken=")) await queries.query({ ...sessionQuery, staleTime: 0 });
      return answer(client.POST("/api/session", { body: credentials }));
    },
    onSuccess: (session) => {
      queries.setQueryData(sessionQuery.queryKey, session.user);
    },
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => answer(client.DELETE("/api/session")),
    // A full load forgets everything that was fetched for the user who leaves.
    onSuccess: () => {
      window.location.assign("/login");
    },
  });
}
