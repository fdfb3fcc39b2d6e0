import { createColumnHelper, type RowData } from "@tanstack/react-table";
import { Link } from "@tanstack/react-router";

import type { StockRow } from "@/api/types";
import { change, compact, day, dollars, kind, money, number, percent, provenance } from "@/lib/format";
import { Change, ScoreBar, Sparkline, Unknown } from "@/ui/figures";

import type { Board, Known } from "./search";
import classes from "./table.module.css";

declare module "@tanstack/react-table" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the library's interface has these parameters
  interface ColumnMeta<TData extends RowData, TValue> {
    width: number;
    /** What the API sorts by; without it the column does not sort. */
    sort?: string;
    /** The direction people want first. */
    first?: "ascending" | "descending";
    align?: "left" | "right" | "center";
    tip?: string;
  }
}

/** A row of the list, or the place of one that is on its way. */
export interface Place {
  index: number;
  row: StockRow | undefined;
  /** The keyboard is on this row. */
  current: boolean;
}

/** Where the row's figures come from and of which day they are. */
function origin(row: StockRow): string {
  if (row.session === null) return provenance(row.source);
  const stale = row.stale ? "\nNo bar in the latest session" : "";
  return `${day(row.session)} close\n${provenance(row.source)}${stale}`;
}

function tip(row: StockRow, text: string): string {
  return `${text}\n${origin(row)}`;
}

function why(row: StockRow, what: string): string {
  return `${what} is unknown: ${row.close === null ? "no price" : "too little or incomplete history"}\n${origin(row)}`;
}

const column = createColumnHelper<Place>();

type Render = (row: StockRow, current: boolean) => React.ReactNode;

function cell(id: string, header: string, meta: NonNullable<Parameters<typeof column.display>[0]["meta"]>, render: Render) {
  return column.display({
    id,
    header,
    meta,
    cell: ({ row: { original } }) => (original.row ? render(original.row, original.current) : <span className={classes.ghost} />),
  });
}

function returns(id: "return_1" | "return_21" | "return_63" | "return_252", header: string, sessions: number) {
  const period = sessions === 1 ? "since the previous session" : `over ${String(sessions)} sessions`;
  return cell(
    id,
    header,
    { width: 89, sort: id, first: "descending", tip: `Total return ${period}, adjusted for splits and dividends` },
    (row) => (
      <Change
        value={row[id]}
        tip={row[id] === null ? why(row, "This return") : tip(row, `${change(row[id], 3)} ${period}`)}
      />
    ),
  );
}

const symbol = column.display({
  id: "symbol",
  header: "Stock",
  meta: { width: 216, sort: "symbol", first: "ascending", align: "left" },
  cell: ({ row: { original } }) =>
    original.row ? (
      <>
        <span className={classes.symbol}>
          <Link to="/stocks/$symbol" params={{ symbol: original.row.symbol }} tabIndex={-1} data-row-link>
            {original.row.symbol}
          </Link>
          {original.row.stale && original.row.session !== null && <span className={classes.stale}>stale</span>}
        </span>
        <span className={classes.name}>{original.row.name}</span>
      </>
    ) : (
      <>
        <span className={classes.ghost} />
        <span className={classes.ghost} data-wide />
      </>
    ),
});

const rank = cell(
  "rank",
  "Rank",
  { width: 62, sort: "rank", first: "ascending", tip: "Place on its board, by score" },
  (row) =>
    row.rank === null ? (
      <Unknown reason={row.unranked?.text ?? "Not ranked"} />
    ) : (
      <span data-tip={tip(row, `Rank ${String(row.rank)}`)}>{number(row.rank, 0)}</span>
    ),
);

const score = cell(
  "score",
  "Score",
  { width: 96, sort: "score", first: "descending", tip: "Technical score, 0 to 100, by rank among its board" },
  (row) => (
    <ScoreBar
      value={row.score}
      tip={row.score === null ? (row.unranked?.text ?? "Not ranked") : tip(row, `Score ${number(row.score, 1)} of 100`)}
    />
  ),
);

/** Before anything is ranked: the reason is read on hover, or with Tab from the row that the keyboard is on. */
const notYet = cell(
  "not_yet",
  "Rank",
  { width: 128, align: "left", tip: "Place on its board, by score" },
  (row, current) => (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its explanation must be reachable by keyboard
    <span className={classes.notYet} tabIndex={current ? 0 : -1} data-tip={row.unranked?.text ?? "No session has been ranked yet."}>
      {row.rank === null ? "not ranked yet" : number(row.rank, 0)}
    </span>
  ),
);

const unranked = cell("unranked", "Why it is not ranked", { width: 300, align: "left" }, (row) => (
  <span className={classes.reason} data-tip={row.unranked?.text}>
    {row.unranked?.text ?? (row.rank === null ? "Not ranked yet" : `Ranked ${String(row.rank)}`)}
  </span>
));

const close = cell("close", "Price", { width: 92, sort: "close", first: "descending", tip: "Last close, as traded" }, (row) =>
  row.close === null ? (
    <Unknown reason={why(row, "The price")} />
  ) : (
    <span className={classes.price} data-tip={tip(row, money(row.close, row.currency))}>
      {money(row.close, row.currency)}
    </span>
  ),
);

const spark = cell("spark", "42 sessions", { width: 112, align: "center", tip: "Closes, adjusted for splits" }, (row) =>
  (row.spark ?? []).filter((value) => value !== null).length < 2 ? (
    <Unknown reason="Too few closes, or its splits are not all known" />
  ) : (
    <Sparkline values={row.spark} />
  ),
);

const rsi = cell("rsi_14", "RSI", { width: 58, sort: "rsi_14", first: "descending", tip: "Relative strength index, 14 sessions" }, (row) =>
  row.rsi_14 === null ? (
    <Unknown reason={why(row, "RSI")} />
  ) : (
    <span data-tip={tip(row, `RSI 14: ${number(row.rsi_14, 2)}`)}>{number(row.rsi_14, 0)}</span>
  ),
);

const volatility = cell(
  "volatility_252",
  "Volatility",
  { width: 88, sort: "volatility_252", first: "ascending", tip: "Annualised volatility over 252 sessions" },
  (row) =>
    row.volatility_252 === null ? (
      <Unknown reason={why(row, "Volatility")} />
    ) : (
      <span data-tip={tip(row, `Volatility ${percent(row.volatility_252, 2)} a year`)}>{percent(row.volatility_252)}</span>
    ),
);

const high = cell(
  "distance_from_high_252",
  "Off high",
  { width: 84, sort: "distance_from_high_252", first: "descending", tip: "Distance from the highest close of 252 sessions" },
  (row) =>
    row.distance_from_high_252 === null ? (
      <Unknown reason={why(row, "The distance from the high")} />
    ) : (
      <span data-tip={tip(row, `${change(row.distance_from_high_252, 3)} from the high of 252 sessions`)}>
        {change(row.distance_from_high_252, 1)}
      </span>
    ),
);

const traded = cell(
  "mean_dollar_volume_20",
  "Volume $",
  { width: 86, sort: "mean_dollar_volume_20", first: "descending", tip: "Mean dollar volume a session, over 20 sessions" },
  (row) =>
    row.mean_dollar_volume_20 === null ? (
      <Unknown reason={why(row, "Dollar volume")} />
    ) : (
      <span data-tip={tip(row, `$${number(row.mean_dollar_volume_20, 0)} a session\n${compact(row.volume)} shares in the last one`)}>
        {dollars(row.mean_dollar_volume_20)}
      </span>
    ),
);

/** Before there is a mean: what was traded in the session, at its close. */
const tradedOnce = cell(
  "dollar_volume",
  "Volume $",
  { width: 86, sort: "dollar_volume", first: "descending", tip: "Dollar volume of the session: its close × its volume" },
  (row) =>
    row.stale || row.close === null || row.volume === null ? (
      <Unknown reason={why(row, "Dollar volume")} />
    ) : (
      <span data-tip={tip(row, `$${number(row.close * row.volume, 0)} in the session\n${compact(row.volume)} shares`)}>
        {dollars(row.close * row.volume)}
      </span>
    ),
);

const kindColumn = cell("kind", "Kind", { width: 128, sort: "kind", first: "ascending", align: "left" }, (row) => (
  <span className={classes.kind}>{kind(row.kind)}</span>
));

const exchangeColumn = cell("exchange", "Exchange", { width: 100, sort: "exchange", first: "ascending", align: "left" }, (row) =>
  row.exchange === null ? <Unknown reason="Its exchange is not known yet" /> : <span className={classes.kind}>{row.exchange}</span>,
);

const day1 = returns("return_1", "1D", 1);
const month1 = returns("return_21", "1M", 21);
const month3 = returns("return_63", "3M", 63);
const year1 = returns("return_252", "12M", 252);

const ranked = [symbol, rank, score, close, day1, month1, month3, year1, spark, rsi, volatility, high, traded, kindColumn];
const withReason = [symbol, unranked, close, day1, month1, month3, year1, spark, traded, kindColumn];

const unscored = [symbol, notYet, close, day1, month1, month3, year1, spark, rsi, volatility, high, tradedOnce, kindColumn];
const namesOnly = [symbol, close, day1, exchangeColumn, kindColumn];

export function columnsFor(board: Board, known: Known) {
  if (known === "none") return namesOnly;
  if (known === "prices") return unscored;
  return board === "unranked" ? withReason : ranked;
}

/** What a narrow screen, which has no column headers, offers to sort by. */
export const SORTS: { value: string; label: string }[] = [
  { value: "-score", label: "Best score" },
  { value: "score", label: "Worst score" },
  { value: "symbol", label: "Symbol" },
  { value: "-return_1", label: "Day: winners" },
  { value: "return_1", label: "Day: losers" },
  { value: "-return_21", label: "Month: winners" },
  { value: "return_21", label: "Month: losers" },
  { value: "-return_252", label: "Year: winners" },
  { value: "-mean_dollar_volume_20", label: "Most traded" },
  { value: "-dollar_volume", label: "Most traded in the session" },
  { value: "volatility_252", label: "Calmest" },
  { value: "-close", label: "Highest price" },
];
