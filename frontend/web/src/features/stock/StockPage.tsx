import { Button, Skeleton, Tabs } from "@mantine/core";
import { IconArrowLeft, IconClock, IconDatabase, IconMoodEmpty, IconPlugConnectedX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";

import { NotFound } from "@/api/errors";
import { useStatus } from "@/api/status";
import type { Stock } from "@/api/types";
import { day, instant, kind, moment, money, number, sourceName } from "@/lib/format";
import { remembered } from "@/lib/recents";
import { Failure } from "@/ui/failure";
import { Change, Unknown } from "@/ui/figures";
import { Notice, Panel, Pill } from "@/ui/parts";
import { Told } from "@/ui/told";

import { AnalysisTab } from "./AnalysisTab";
import { CompanyTab } from "./CompanyTab";
import { DataTab } from "./DataTab";
import { EarningsTab } from "./earnings/EarningsTab";
import { FundamentalsTab } from "./fundamentals/FundamentalsTab";
import { NewsTab } from "./news/NewsTab";
import { OverviewTab } from "./OverviewTab";
import { PricePanel } from "./PricePanel";
import { stockQuery } from "./queries";
import { ScoreTab } from "./score/ScoreTab";
import { ScorePanel } from "./ScorePanel";
import type { StockSearch, Tab } from "./search";
import classes from "./stock.module.css";
import { useViewing } from "./viewing";

const route = getRouteApi("/shell/stocks/$symbol");

/** The last price that a provider told: beside the close, never in its place, and no part of the series. */
function LastQuote({ quote, currency }: { quote: NonNullable<Stock["quote"]>; currency: string | null }) {
  const now = useStatus()?.now ?? quote.fetched_at;
  const asked = sourceName(quote.provider);
  return (
    <div className={classes.lastQuote} role="group" aria-label="Last price">
      <div className={classes.priceLine}>
        <span className={classes.lastPrice}>{money(quote.price, currency)}</span>
        {quote.previous_close !== null && (
          <span className={classes.lastChange}>
            <Change value={quote.price / quote.previous_close - 1} tip={`Since the close before, ${money(quote.previous_close, currency)} as ${asked} tells it`} />
          </span>
        )}
      </div>
      <Pill tip={`Asked of ${asked} ${instant(quote.fetched_at)}\nNo part of the series of closes`}>
        <IconClock size={13} aria-hidden="true" />
        Last price {moment(quote.at, now)} · {sourceName(quote.source)}
      </Pill>
    </div>
  );
}

function Head({ stock }: { stock: Stock }) {
  const { latest, previous_close: before } = stock;
  // Where the return is unknown, the two closes are not of neighbouring sessions.
  const moved = latest?.close != null && before !== null && stock.return_1 !== null ? latest.close - before : null;
  return (
    <header className={classes.head}>
      <div className={classes.who}>
        <Link to="/markets" className={classes.back}>
          <IconArrowLeft size={15} aria-hidden="true" /> Markets
        </Link>
        <h1>
          {stock.symbol} <span>{stock.name}</span>
        </h1>
        <div className={classes.pills}>
          <Pill>{kind(stock.kind)}</Pill>
          {stock.exchange && <Pill>{stock.exchange}</Pill>}
          {stock.currency && <Pill>{stock.currency}</Pill>}
          {!stock.active && <Pill tone="bad">Delisted {day(stock.delisted_on)}</Pill>}
          {stock.stale && <Pill tone="warn">Stale: no bar in the latest session</Pill>}
        </div>
      </div>
      {stock.quote && <LastQuote quote={stock.quote} currency={stock.currency} />}
      <div className={classes.quote}>
        {latest?.close == null ? (
          <span className={classes.bigPrice}>
            <Unknown reason="No bar is stored" />
          </span>
        ) : (
          <>
            <div className={classes.priceLine}>
              <span className={classes.bigPrice}>{money(latest.close, stock.currency)}</span>
              <span className={classes.dayChange}>
                <Change value={stock.return_1} tip="Total return since the previous session" />
                {moved !== null && (
                  <small data-tip="Difference of the two closes, as traded">
                    {moved > 0 ? "+" : moved < 0 ? "−" : ""}
                    {number(Math.abs(moved), latest.close < 1 ? 4 : 2)}
                  </small>
                )}
              </span>
            </div>
            <Pill
              tip={latest.source ? `Basis: ${latest.source.basis}\nFetched ${instant(latest.source.fetched_at)}` : undefined}
            >
              <IconDatabase size={13} aria-hidden="true" />
              {day(latest.session)} close
              {latest.source && ` · ${latest.source.provider}, ${latest.source.channel}`}
            </Pill>
          </>
        )}
      </div>
    </header>
  );
}

function Loading() {
  return (
    <div className={classes.page} role="status" aria-label="Loading the stock">
      <Skeleton height={96} radius="lg" />
      <Skeleton height={500} radius="lg" />
    </div>
  );
}

/** Where prices would be, in an installation that nobody sells any to. */
function NoSource({ words }: { words: string }) {
  return (
    <Panel className={classes.noSource}>
      <Notice icon={<IconPlugConnectedX size={34} stroke={1.5} aria-hidden="true" />} title="No prices, and so no chart">
        <Told words={words} />
      </Notice>
    </Panel>
  );
}

export function StockPage() {
  const { symbol } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const stock = useQuery(stockQuery(symbol));
  const change = useCallback(
    (next: Partial<StockSearch>) => {
      void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const prices = useStatus()?.prices;
  const name = stock.data?.name;
  useEffect(() => {
    document.title = `${symbol} · Investment`;
    if (name !== undefined) remembered(symbol, name);
  }, [symbol, name]);
  useViewing(symbol, name !== undefined);

  if (stock.error instanceof NotFound) {
    return (
      <Notice
        icon={<IconMoodEmpty size={34} stroke={1.5} aria-hidden="true" />}
        title={`${symbol} is not known here`}
        actions={
          <Button component={Link} to="/markets" variant="default">
            Go to Markets
          </Button>
        }
      >
        {stock.error.message}
      </Notice>
    );
  }
  if (stock.error) return <Failure error={stock.error} retry={() => void stock.refetch()} what={symbol} />;
  if (!stock.data) return <Loading />;
  const priceless = stock.data.latest === null && prices?.provider === null;
  return (
    <div className={classes.page}>
      <Head stock={stock.data} />
      {priceless ? (
        <NoSource words={prices.words} />
      ) : (
        <div className={classes.top}>
          <PricePanel key={symbol} symbol={symbol} last={stock.data.latest?.session ?? null} search={search} change={change} />
          <ScorePanel stock={stock.data} />
        </div>
      )}
      <Tabs
        value={search.tab ?? (priceless ? "company" : "overview")}
        onChange={(tab) => {
          change({ tab: tab as Tab });
        }}
        keepMounted={false}
      >
        <Tabs.List className={classes.tabs}>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="score">Score</Tabs.Tab>
          <Tabs.Tab value="analysis">Analysis</Tabs.Tab>
          <Tabs.Tab value="fundamentals">Fundamentals</Tabs.Tab>
          <Tabs.Tab value="earnings">Earnings</Tabs.Tab>
          <Tabs.Tab value="news">News</Tabs.Tab>
          <Tabs.Tab value="company">Company</Tabs.Tab>
          <Tabs.Tab value="data">Data</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview" pt="md">
          <OverviewTab symbol={symbol} />
        </Tabs.Panel>
        <Tabs.Panel value="analysis" pt="md">
          <AnalysisTab symbol={symbol} />
        </Tabs.Panel>
        <Tabs.Panel value="score" pt="md">
          <ScoreTab key={symbol} symbol={symbol} search={search} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="fundamentals" pt="md">
          <FundamentalsTab key={symbol} symbol={symbol} search={search} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="earnings" pt="md">
          <EarningsTab symbol={symbol} />
        </Tabs.Panel>
        <Tabs.Panel value="news" pt="md">
          <NewsTab key={symbol} symbol={symbol} search={search} change={change} />
        </Tabs.Panel>
        <Tabs.Panel value="company" pt="md">
          <CompanyTab key={symbol} symbol={symbol} />
        </Tabs.Panel>
        <Tabs.Panel value="data" pt="md">
          <DataTab stock={stock.data} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
