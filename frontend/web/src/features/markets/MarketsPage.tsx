import { Button, CloseButton, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { IconChartCandle, IconFilterOff, IconSearch } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";

import { useStatus } from "@/api/status";
import { count, day } from "@/lib/format";
import { announce } from "@/ui/announcer";
import { Failure } from "@/ui/failure";
import { Notice } from "@/ui/parts";

import { FilterChips, Filters } from "./Filters";
import classes from "./markets.module.css";
import { useBoardCount, useStocks } from "./queries";
import { DEFAULT_BOARD, defaultSort, toQuery, type Board, type MarketsSearch } from "./search";
import { StockTable } from "./StockTable";

const BOARDS: { value: Board; label: string }[] = [
  { value: "stocks", label: "Stocks" },
  { value: "etfs", label: "ETFs" },
  { value: "unranked", label: "Unranked" },
  { value: "all", label: "All" },
];

const NOUNS: Record<Board, string> = {
  stocks: "ranked stocks",
  etfs: "ranked ETFs",
  unranked: "without a rank",
  all: "instruments",
};

const route = getRouteApi("/shell/markets");

function Skeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading stocks">
      {Array.from({ length: 14 }, (_, index) => (
        <div key={index} className={classes.skeletonRow}>
          <span className={classes.ghost} data-wide />
          <span className={classes.ghost} />
          <span className={classes.ghost} />
          <span className={classes.ghost} />
        </div>
      ))}
    </div>
  );
}

function Nothing({ search, clear, showAll }: { search: MarketsSearch; clear: () => void; showAll: () => void }) {
  const all = useBoardCount(search);
  const status = useStatus();
  if (all === undefined) return <Skeleton />;
  if (all > 0) {
    return (
      <Notice
        icon={<IconFilterOff size={34} stroke={1.5} aria-hidden="true" />}
        title="Nothing matches"
        actions={
          <Button variant="default" onClick={clear}>
            Clear search and filters
          </Button>
        }
      >
        {search.q ? `No symbol or name contains «${search.q}»` : "No row passes the filters"} among {count(all)} on this
        board.
      </Notice>
    );
  }
  const busy = status?.last_run?.state === "running";
  return (
    <Notice
      icon={<IconChartCandle size={34} stroke={1.5} aria-hidden="true" />}
      title={busy ? "The first run is under way" : "Nothing here yet"}
      actions={
        Boolean(status?.instruments) &&
        search.board !== "all" && (
          <Button variant="default" onClick={showAll}>
            Show all instruments
          </Button>
        )
      }
    >
      {busy
        ? "Prices are being fetched and analysed. This page fills by itself."
        : status?.instruments
          ? "No instrument is on this board in the latest ranked session. A rank needs at least 30 that are alike."
          : "No session has been analysed. Start the daily job with «manage.py run_session», or wait for the schedule."}
    </Notice>
  );
}

export function MarketsPage() {
  const asked = route.useSearch();
  const status = useStatus();
  // Where nothing can be ranked (a folder of three stocks), the list of all is the one to open with.
  const usual: Board = status?.ranked === 0 && status.instruments > 0 ? "all" : DEFAULT_BOARD;
  const board = asked.board ?? usual;
  const search: MarketsSearch = { ...asked, board };
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 720px)", false, { getInitialValueInEffect: false });
  const [pages, setPages] = useState<number[]>([0]);
  const stocks = useStocks(search, pages);
  const sort = search.sort ?? defaultSort(board);

  useEffect(() => {
    document.title = "Markets · Investment";
  }, []);

  const change = useCallback(
    (next: Partial<MarketsSearch>) => {
      setPages([0]);
      void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
    },
    [navigate],
  );
  const [typed, setTyped] = useState(search.q ?? "");
  const [addressed, setAddressed] = useState(search.q);
  if (addressed !== search.q) {
    // The address changed by other means (back, a chip): the box follows.
    setAddressed(search.q);
    if ((search.q ?? "") !== typed.trim()) setTyped(search.q ?? "");
  }
  const find = useDebouncedCallback((q: string) => {
    change({ q: q.trim() === "" ? undefined : q.trim() });
  }, 180);
  const clear = (): void => {
    setTyped("");
    change({ q: undefined, kind: undefined, exchange: undefined, min_price: undefined, min_score: undefined });
  };

  const settled = !stocks.loading && !stocks.outdated && !stocks.error;
  useEffect(() => {
    if (settled) announce(`${count(stocks.count)} ${stocks.count === 1 ? "row" : "rows"}`);
  }, [settled, stocks.count]);

  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <h1>Markets</h1>
        <SegmentedControl
          className={classes.boards}
          aria-label="Board"
          size={narrow ? "md" : "sm"}
          fullWidth={narrow}
          withItemsBorders={false}
          data={BOARDS}
          value={board}
          onChange={(value) => {
            // Sorting by a column that the other board lacks would be a riddle.
            change({ board: value === usual ? undefined : (value), sort: undefined });
          }}
        />
        <p className={classes.count}>
          {stocks.loading ? (
            " "
          ) : (
            <>
              {count(stocks.count)} {NOUNS[board]}
              {stocks.session && <> · {day(stocks.session)}</>}
            </>
          )}
        </p>
        <div className={classes.controls}>
          <TextInput
            className={classes.find}
            size={narrow ? "md" : "sm"}
            placeholder={narrow ? "Symbol or name" : "Filter by symbol or name"}
            aria-label="Find by symbol or name"
            leftSection={<IconSearch size={16} stroke={1.8} />}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              find(event.currentTarget.value);
            }}
            rightSection={
              typed && (
                <CloseButton
                  size="sm"
                  aria-label="Clear the search"
                  onClick={() => {
                    setTyped("");
                    change({ q: undefined });
                  }}
                />
              )
            }
          />
          <Filters search={search} change={change} narrow={narrow} sort={sort} />
        </div>
      </div>
      <FilterChips search={search} change={change} />
      <div className={classes.card}>
        {stocks.error && stocks.count === 0 ? (
          <Failure error={stocks.error} retry={stocks.retry} what="The list" />
        ) : stocks.loading ? (
          <Skeleton />
        ) : stocks.count === 0 ? (
          <Nothing
            search={search}
            clear={clear}
            showAll={() => {
              change({ board: "all", sort: undefined });
            }}
          />
        ) : (
          <StockTable
            stocks={stocks}
            board={board}
            sort={sort}
            narrow={narrow}
            identity={JSON.stringify(toQuery(search))}
            onSort={(next) => {
              change({ sort: next === defaultSort(board) ? undefined : next });
            }}
            onPages={setPages}
          />
        )}
      </div>
    </div>
  );
}
