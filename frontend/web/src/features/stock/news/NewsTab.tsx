import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";

import { answer, client } from "@/api/client";
import { useStatus } from "@/api/status";
import type { Flow } from "@/api/types";
import { count } from "@/lib/format";
import { moodWords, sentiment, volumeWords } from "@/lib/news";
import { filtered, NO_FILTER, type StorySearch } from "@/lib/news-search";
import { Failure } from "@/ui/failure";
import { Unknown } from "@/ui/figures";
import { Panel } from "@/ui/parts";
import { NoStories, StoriesLoading, StoryList } from "@/ui/stories";
import { StoryFilters } from "@/ui/story-filters";

import type { StockSearch } from "../search";
import classes from "./news.module.css";

const PAGE = 30;

function stockNewsQuery(symbol: string, search: StorySearch) {
  return infiniteQueryOptions({
    queryKey: ["stock-news", symbol, search],
    queryFn: ({ signal, pageParam }) =>
      answer(
        client.GET("/api/stocks/{symbol}/news", {
          params: { path: { symbol }, query: { ...search, cursor: pageParam, limit: PAGE } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? previous : undefined),
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
}

function Mood({ value }: { value: number | null }) {
  if (value === null) return <Unknown reason="No story of that time was read with a clear result" />;
  return <span data-way={value > 0.05 ? "up" : value < -0.05 ? "down" : undefined}>{sentiment(value)}</span>;
}

function FlowPanel({ flow }: { flow: Flow }) {
  const windows = [
    { label: "24 hours", stories: flow.stories_1, mood: flow.sentiment_1 },
    { label: "7 days", stories: flow.stories_7, mood: flow.sentiment_7 },
    { label: "30 days", stories: flow.stories_30, mood: flow.sentiment_30 },
  ];
  return (
    <Panel className={classes.flow}>
      <table>
        <caption>How much is written, and how it is meant</caption>
        <thead>
          <tr>
            <th scope="col">Last</th>
            <th scope="col">Stories</th>
            <th scope="col" data-tip="Mean of the stories read with a clear result, from −1 (bad) to 1 (good)">
              Sentiment
            </th>
          </tr>
        </thead>
        <tbody>
          {windows.map((window) => (
            <tr key={window.label}>
              <th scope="row">{window.label}</th>
              <td>{count(window.stories)}</td>
              <td>
                <Mood value={window.mood} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl>
        <div>
          <dt>How much is written</dt>
          <dd>
            <b>{sentiment(flow.volume_surprise)}</b> {flow.volume_surprise !== null && <small>standard deviations</small>}
            <p>{volumeWords(flow)}</p>
          </dd>
        </div>
        <div>
          <dt>How it is meant</dt>
          <dd>
            <b>{sentiment(flow.sentiment_surprise)}</b> {flow.sentiment_surprise !== null && <small>standard errors</small>}
            <p>{moodWords(flow)}</p>
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

interface Props {
  symbol: string;
  search: StockSearch;
  change: (next: Partial<StockSearch>) => void;
}

/** What is written about it, how much of late, and how it is meant. */
export function NewsTab({ symbol, search, change }: Props) {
  const asked: StorySearch = { q: search.q, sentiment: search.sentiment, provider: search.provider };
  const found = useInfiniteQuery(stockNewsQuery(symbol, asked));
  const now = useStatus()?.now;
  if (found.error && !found.data) return <Failure error={found.error} retry={() => void found.refetch()} what="The news" />;
  const stories = found.data?.pages.flatMap((page) => page.rows) ?? [];
  const flow = found.data?.pages[0]?.flow;
  return (
    <div className={classes.page}>
      {flow && <FlowPanel flow={flow} />}
      <StoryFilters search={asked} change={change} />
      {!found.data || !now ? (
        <StoriesLoading />
      ) : stories.length === 0 ? (
        <NoStories
          filtered={filtered(asked)}
          clear={() => {
            change(NO_FILTER);
          }}
        >
          {filtered(asked) ? "No stored story about it passes the search and the filters." : "Nothing that is stored is about it."}
        </NoStories>
      ) : (
        <StoryList
          stories={stories}
          now={now}
          about={symbol}
          more={found.hasNextPage ? () => void found.fetchNextPage() : undefined}
          fetching={found.isFetchingNextPage}
          outdated={found.isPlaceholderData}
        />
      )}
    </div>
  );
}
