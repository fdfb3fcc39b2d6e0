import { CloseButton, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { IconInfoCircle, IconPlugConnectedX, IconSearch } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";

import { useStatus } from "@/api/status";
import type { Status } from "@/api/types";
import { count, day } from "@/lib/format";
import { announce } from "@/ui/announcer";
import { Failure } from "@/ui/failure";
import { Banner } from "@/ui/parts";
import { Told } from "@/ui/told";

import { FilterChips, Filters } from "./Filters";
import { GoingLive } from "./GoingLive";
import { whyUnranked } from "./history";
import classes from "./markets.module.css";
import { Nothing } from "./Nothing";
import { useStocks, type Stocks } from "./queries";
import { DEFAULT_BOARD, defaultSort, toQuery, type Board, type Known, type MarketsSearch } from "./search";
import { Skeleton } from "./Skeleton";
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

/** Why there is less to see than one expects, in words. */
function HowThingsStand({ status, known, stocks }: { status: Status; known: Known; stocks: Stocks }) {
  if (status.prices.provider === null) {
    return (
      <Banner icon={<IconPlugConnectedX size={18} stroke={1.7} aria-hidden="true" />} label="Source of prices">
        <Told words={status.prices.words} />
      </Banner>
    );
  }
  if (known !== "prices" || stocks.count === 0) return null;
  const why = whyUnranked(status, stocks.firstPage);
  return (
    why && (
      <Banner icon={<IconInfoCircle size={18} stroke={1.7} aria-hidden="true" />} label="Ranking">
        <b>Nothing is ranked yet.</b> <Told words={why} />
      </Banner>
    )
  );
}

export function MarketsPage() {
  const asked = route.useSearch();
  const status = useStatus();
  // Where nothing can be ranked (a folder of three stocks), the list of all is the one to open with.
  const usual: Board = status?.ranked === 0 && status.instruments > 0 ? "all" : DEFAULT_BOARD;
  const board = asked.board ?? usual;
  const ranked = status?.ranked !== 0;
  const sourceless = status?.prices.provider === null;
  const usualSort = defaultSort(board, ranked, sourceless);
  const sort = asked.sort ?? usualSort;
  const search: MarketsSearch = { ...asked, board, sort };
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 720px)", false, { getInitialValueInEffect: false });
  const [pages, setPages] = useState<number[]>([0]);
  const stocks = useStocks(search, pages);
  const priced = !sourceless || stocks.firstPage.some((row) => row.close !== null);
  const known: Known = !priced ? "none" : !ranked && board === "all" ? "prices" : "scores";

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

  // An empty list that answers the previous question says nothing about this one.
  const coming = stocks.loading || (stocks.outdated && stocks.count === 0);
  const settled = !stocks.loading && !stocks.outdated && !stocks.error;
  useEffect(() => {
    if (settled) announce(`${count(stocks.count)} ${stocks.count === 1 ? "row" : "rows"}`);
  }, [settled, stocks.count]);

  return (
    <div className={classes.page}>
      <GoingLive />
      {status && <HowThingsStand status={status} known={known} stocks={stocks} />}
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
          {coming ? (
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
        ) : coming ? (
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
            known={known}
            sort={sort}
            narrow={narrow}
            identity={JSON.stringify(toQuery(search))}
            onSort={(next) => {
              change({ sort: next === usualSort ? undefined : next });
            }}
            onPages={setPages}
          />
        )}
      </div>
    </div>
  );
}
