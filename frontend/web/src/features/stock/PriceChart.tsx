import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";

import type { Action } from "@/api/types";
import { change, compact, day, number, price } from "@/lib/format";
import { announce } from "@/ui/announcer";
import { Change } from "@/ui/figures";
import { Hidden } from "@/ui/parts";

import { AVERAGE_COLOURS, drawChart, type Average, type StockChart } from "./chart";
import { movingAverage, summary, within, type KnownBar } from "./series";
import type { Range } from "./search";
import classes from "./chart.module.css";

interface Props {
  symbol: string;
  bars: KnownBar[];
  missing: string[];
  actions: Action[];
  range: Range;
  averages: readonly Average[];
  logarithmic: boolean;
  outdated: boolean;
}

function spoken(bar: KnownBar, before: KnownBar | undefined): string {
  const moved = before ? `, ${change(bar.close / before.close - 1)}` : "";
  return (
    `${day(bar.session)}: close ${price(bar.close)}${moved}. Open ${price(bar.open)}, high ${price(bar.high)}, ` +
    `low ${price(bar.low)}, volume ${compact(bar.volume)}.`
  );
}

/** The bar under the crosshair, or the last one, in figures. */
function Legend({ bars, index, averages }: { bars: KnownBar[]; index: number; averages: readonly Average[] }) {
  const lines = useMemo(() => averages.map((length) => ({ length, values: movingAverage(bars, length) })), [averages, bars]);
  const bar = bars[index];
  if (!bar) return null;
  const before = bars[index - 1];
  return (
    <div className={classes.legend} aria-hidden="true">
      <b>{day(bar.session)}</b>
      <span>O {price(bar.open)}</span>
      <span>H {price(bar.high)}</span>
      <span>L {price(bar.low)}</span>
      <span>C {price(bar.close)}</span>
      {before && <Change value={bar.close / before.close - 1} />}
      <span>Vol {compact(bar.volume)}</span>
      {lines.map(({ length, values }) => (
        <span key={length} style={{ color: `var(${AVERAGE_COLOURS[length]})` }}>
          SMA {length} {number(values[index], 2)}
        </span>
      ))}
    </div>
  );
}

/**
 * Candles and volume. A canvas says nothing to a screen reader, so the figure has a summary sentence, a data cursor
 * moved by the arrow keys and read out politely, and (beside it, on the page) the same bars as a table.
 */
export function PriceChart({ symbol, bars, missing, actions, range, averages, logarithmic, outdated }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<StockChart | null>(null);
  const [session, setSession] = useState<string | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const scheme = useComputedColorScheme("light");
  const ids = useId();
  const shown = useMemo(() => within(bars, range), [bars, range]);

  useEffect(() => {
    if (!frame.current) return;
    const drawn = drawChart(frame.current, setSession);
    chart.current = drawn;
    return () => {
      chart.current = null;
      drawn.remove();
    };
  }, []);
  // Over many years the quarters' dividends would cover the candles; splits are few.
  const told = useMemo(() => (range === "All" ? actions.filter((one) => one.kind === "split") : actions), [actions, range]);
  useEffect(() => {
    chart.current?.show(bars, missing, told);
  }, [bars, missing, told]);
  useEffect(() => {
    chart.current?.logarithmic(logarithmic);
  }, [logarithmic]);
  useEffect(() => {
    chart.current?.averages(averages);
  }, [averages]);
  useEffect(() => {
    const first = shown[0];
    const last = shown.at(-1);
    if (first && last) chart.current?.range(first.session, last.session);
  }, [shown]);
  useEffect(() => {
    chart.current?.recolour();
  }, [scheme]);

  const positions = useMemo(() => new Map(bars.map((bar, index) => [bar.session, index])), [bars]);
  const offset = bars.length - shown.length;

  function move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const lastIndex = bars.length - 1;
    const from = cursor ?? lastIndex + 1;
    const targets: Record<string, number> = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      PageUp: from - 21,
      PageDown: from + 21,
      Home: offset,
      End: lastIndex,
    };
    if (event.key === "Escape" && cursor !== null) {
      setCursor(null);
      chart.current?.point(null);
      return;
    }
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = Math.max(offset, Math.min(lastIndex, target));
    const bar = bars[index];
    if (!bar) return;
    setCursor(index);
    chart.current?.point(bar);
    announce(spoken(bar, bars[index - 1]));
  }

  const pointed = session === null ? undefined : positions.get(session);
  return (
    <figure className={classes.figure} data-outdated={outdated || undefined}>
      <Legend bars={bars} index={pointed ?? cursor ?? bars.length - 1} averages={averages} />
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the data cursor */}
      <div
        ref={frame}
        className={classes.canvas}
        role="application"
        aria-roledescription="price chart"
        aria-label={`${symbol}, daily candles with volume, ${range}`}
        aria-describedby={`${ids}-how ${ids}-sum`}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the data cursor needs the keyboard
        tabIndex={0}
        onKeyDown={move}
        onBlur={() => {
          setCursor(null);
          chart.current?.point(null);
        }}
      />
      <Hidden>
        <span id={`${ids}-how`}>Arrow keys move from session to session, Page keys by a month, Home and End to the ends.</span>
      </Hidden>
      <figcaption className={classes.caption}>
        <span id={`${ids}-sum`}>{summary(shown, range)}</span>
        <small className={classes.credit}>
          Chart:{" "}
          <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
            TradingView Lightweight Charts™
          </a>
        </small>
      </figcaption>
    </figure>
  );
}
