import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";

import { answer, client } from "@/api/client";
import { useStatus } from "@/api/status";
import { count } from "@/lib/format";
import { filtered, NO_FILTER } from "@/lib/news-search";
import { announce } from "@/ui/announcer";
import { Failure } from "@/ui/failure";
import { NoStories, StoriesLoading, StoryList } from "@/ui/stories";
import { StoryFilters } from "@/ui/story-filters";
import { SymbolsField } from "@/ui/symbols-field";

import classes from "./news.module.css";
import type { NewsSearch } from "./search";

const route = getRouteApi("/shell/news");
const PAGE = 50;

function newsQuery(search: NewsSearch) {
  return infiniteQueryOptions({
    queryKey: ["news", search],
    queryFn: ({ signal, pageParam }) =>
      answer(client.GET("/api/news", { params: { query: { ...search, cursor: pageParam, limit: PAGE } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
}

/** What is written of the market: each story once, whoever brought it. */
export function NewsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useStatus()?.now;
  const found = useInfiniteQuery(newsQuery(search));
  useEffect(() => {
    document.title = "News · Investment";
  }, []);
  const change = useCallback(
    (next: Partial<NewsSearch>) => {
      void navigate({ search: (was) => ({ ...was, ...next }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const stories = found.data?.pages.flatMap((page) => page.rows) ?? [];
  const [first] = found.data?.pages ?? [];
  const total = first && (first.total === null ? "more than 1,000 stories" : `${count(first.total)} ${first.total === 1 ? "story" : "stories"}`);
  const settled = !found.isFetching && !found.error;
  useEffect(() => {
    if (settled && total) announce(total);
  }, [settled, total]);
  const narrowed = filtered(search) || search.symbol !== undefined;
  return (
    <div className={classes.page}>
      <header>
        <h1>News</h1>
        <p>{total ?? " "}</p>
      </header>
      <StoryFilters search={search} change={change}>
        <SymbolsField
          value={search.symbol}
          change={(symbol) => {
            change({ symbol });
          }}
          label="About these symbols"
          placeholder="About ABC, XYZ"
          clear="About anything"
        />
      </StoryFilters>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} what="The news" />
      ) : !found.data || !now ? (
        <StoriesLoading />
      ) : stories.length === 0 ? (
        <NoStories
          filtered={narrowed}
          clear={() => {
            change({ ...NO_FILTER, symbol: undefined });
          }}
        >
          {narrowed
            ? "No stored story passes the search and the filters."
            : "Stories come with the providers of news that there is a key for. This page fills by itself."}
        </NoStories>
      ) : (
        <StoryList
          stories={stories}
          now={now}
          more={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          fetching={found.isFetchingNextPage}
          outdated={found.isPlaceholderData}
        />
      )}
    </div>
  );
}
