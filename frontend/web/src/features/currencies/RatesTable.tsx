import { IconArrowsExchange } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import type { FxRate, FxRates } from "@/api/types";
import { change, day, shortDay } from "@/lib/format";
import { Change, Sparkline, Unknown } from "@/ui/figures";
import { Hidden, Notice, Panel } from "@/ui/parts";

import classes from "./currencies.module.css";
import { rateHistoryQuery, ratesQuery } from "./queries";
import { column, currencyName, moved } from "./rates";

const DAYS = 90;

/** Whether an element has been on the screen yet: thirty histories are asked for only as they are looked at. */
function useSeen() {
  const place = useRef<HTMLTableCellElement>(null);
  const [seen, setSeen] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (seen || !place.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => {
      observer.disconnect();
    };
  }, [seen]);
  return { place, seen };
}

function History({ quote, base }: { quote: string; base: string }) {
  const { place, seen } = useSeen();
  const { data } = useQuery({ ...rateHistoryQuery(quote, base, DAYS), enabled: seen });
  const values = useMemo(() => data?.points.map((point) => Number(point.rate)) ?? null, [data]);
  const [first, last] = [data?.points[0], data?.points.at(-1)];
  const span =
    first && last && first.day !== last.day
      ? `${shortDay(first.day)} to ${shortDay(last.day)}: ${change(Number(last.rate) / Number(first.rate) - 1)}`
      : null;
  return (
    <td ref={place} className={classes.history} data-tip={span ?? undefined}>
      <Sparkline values={values} width={132} directed={false} />
      {span && <Hidden>{span}</Hidden>}
    </td>
  );
}

/** The day before `published`, by the calendar. */
function dayBefore(published: string): string {
  const date = new Date(`${published}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

interface RowProps {
  rate: FxRate;
  text: string;
  base: string;
  before: FxRates | undefined;
}

function Row({ rate, text, base, before }: RowProps) {
  const earlier = before?.rates.find((other) => other.quote === rate.quote);
  const how = rate.computed ? `Computed from two rates against the euro of ${day(rate.day)}` : `As published on ${day(rate.day)}`;
  return (
    <tr>
      <th scope="row">
        <b>{rate.quote}</b>
        <span>{currencyName(rate.quote)}</span>
      </th>
      <td className={classes.rate} data-tip={`1 ${base} = ${rate.rate} ${rate.quote}\n${how}`}>
        {text}
      </td>
      <td className={classes.change}>
        {earlier ? (
          <Change value={moved(rate.rate, earlier.rate)} tip={`Against ${earlier.rate} on ${day(earlier.day)}`} />
        ) : (
          <Unknown reason="The rate of the day before is not known" />
        )}
      </td>
      <History quote={rate.quote} base={base} />
    </tr>
  );
}

/** What one unit of the base is worth in each other currency. */
export function RatesTable({ rates, outdated, children }: { rates: FxRates; outdated: boolean; children: ReactNode }) {
  const published = rates.day;
  const before = useQuery({
    ...ratesQuery(rates.base, published === null ? undefined : dayBefore(published)),
    enabled: published !== null,
    placeholderData: undefined,
  });
  const texts = useMemo(() => column(rates.rates), [rates]);
  const head = (
    <header className={classes.tableHead}>
      <h2>What one unit is worth</h2>
      {children}
    </header>
  );
  if (rates.rates.length === 0) {
    return (
      <Panel>
        {head}
        <Notice icon={<IconArrowsExchange size={34} stroke={1.5} aria-hidden="true" />} title={`No rate of ${rates.base}`}>
          {rates.words}
        </Notice>
      </Panel>
    );
  }
  return (
    <Panel className={classes.tablePanel}>
      {head}
      <table className={classes.table} data-outdated={outdated || undefined} aria-busy={outdated}>
        <caption>
          <Hidden>Exchange rates of one {currencyName(rates.base)}</Hidden>
        </caption>
        <thead>
          <tr>
            <th scope="col">Currency</th>
            <th scope="col" className={classes.rate}>
              1 {rates.base} is
            </th>
            <th scope="col" className={classes.change}>
              {before.data?.day ? `Since ${shortDay(before.data.day)}` : "Change"}
            </th>
            <th scope="col" className={classes.history}>
              {DAYS} days
            </th>
          </tr>
        </thead>
        <tbody>
          {rates.rates.map((rate, index) => (
            <Row key={rate.quote} rate={rate} text={texts[index] ?? ""} base={rates.base} before={before.data} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
