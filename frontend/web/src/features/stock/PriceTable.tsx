import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";

import type { Prices } from "@/api/types";
import { count, day, instant, price, provenance } from "@/lib/format";
import { Change } from "@/ui/figures";

import type { KnownBar } from "./series";
import classes from "./table.module.css";

/** The same bars as text, newest first. */
export function PriceTable({ symbol, bars, sources }: { symbol: string; bars: KnownBar[]; sources: Prices["sources"] }) {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => bars.map((bar, index) => ({ bar, before: bars[index - 1] })).reverse(), [bars]);
  const origins = useMemo(() => new Map(sources.map((source) => [source.id, source])), [sources]);
  // eslint-disable-next-line react-hooks/incompatible-library -- this component is not memoised by the compiler
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 34,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={frame}
      className={classes.tableFrame}
      role="region"
      aria-label={`${symbol}, daily prices`}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col" className={classes.number}>Open</th>
            <th scope="col" className={classes.number}>High</th>
            <th scope="col" className={classes.number}>Low</th>
            <th scope="col" className={classes.number}>Close</th>
            <th scope="col" className={classes.number}>Change</th>
            <th scope="col" className={classes.number}>Volume</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const { bar, before } = row;
            const source = bar.source === null ? undefined : origins.get(bar.source);
            return (
              <tr key={bar.session} aria-rowindex={item.index + 2}>
                <th scope="row">{day(bar.session)}</th>
                <td className={classes.number}>{price(bar.open)}</td>
                <td className={classes.number}>{price(bar.high)}</td>
                <td className={classes.number}>{price(bar.low)}</td>
                <td className={classes.number}>
                  <b>{price(bar.close)}</b>
                </td>
                <td className={classes.number}>
                  <Change value={before ? bar.close / before.close - 1 : null} tip={before ? undefined : "The first bar has none before it"} />
                </td>
                <td className={classes.number}>{count(bar.volume)}</td>
                <td data-tip={source && `${provenance(source)}, ${source.basis}\n${instant(source.fetched_at)}`}>
                  {source ? `${source.provider}, ${source.channel}` : "—"}
                </td>
              </tr>
            );
          })}
          {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  );
}
