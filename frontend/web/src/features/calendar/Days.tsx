import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { DividendDate, EarningsDate } from "@/api/types";
import { weekday } from "@/lib/days";
import { compact, day, instant, number, sourceName } from "@/lib/format";
import { Change, Unknown } from "@/ui/figures";
import { Hour } from "@/ui/hour";
import { Panel } from "@/ui/parts";

import classes from "./calendar.module.css";
import { byDay } from "./days";

interface Days<Row> {
  rows: readonly Row[];
  today: string;
}

function Day({ date, today, size, head, children }: { date: string; today: string; size: number; head: ReactNode; children: ReactNode }) {
  const id = `day-${date}`;
  return (
    <Panel className={classes.day}>
      <h2 id={id} data-today={date === today || undefined}>
        {weekday(date)}
        <span>{date === today ? `today · ${String(size)}` : size}</span>
      </h2>
      <table aria-labelledby={id}>
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </Panel>
  );
}

function Company({ symbol, name, tab }: { symbol: string; name: string | null; tab: "earnings" }) {
  return (
    <th scope="row">
      <Link to="/stocks/$symbol" params={{ symbol }} search={{ tab }}>
        <b>{symbol}</b>
        <span>{name}</span>
      </Link>
    </th>
  );
}

/** What was expected and, once it is out, what came. */
function Against({ expected, actual, write }: { expected: number | null; actual: number | null; write: (value: number) => string }) {
  return (
    <>
      <td className={classes.number}>{expected === null ? <Unknown reason="Nobody tells what is expected" /> : write(expected)}</td>
      <td className={classes.number}>
        {actual === null ? (
          <Unknown reason="Not out yet, or not told" />
        ) : (
          <>
            <b>{write(actual)}</b>
            {expected !== null && expected > 0 && (
              <small>
                <Change value={actual / expected - 1} tip="Against what was expected" />
              </small>
            )}
          </>
        )}
      </td>
    </>
  );
}

export function EarningsDays({ rows, today }: Days<EarningsDate>) {
  const head = (
    <tr>
      <th scope="col">Company</th>
      <th scope="col" className={classes.when}>
        When
      </th>
      <th scope="col" className={classes.quarter}>
        Quarter
      </th>
      <th scope="col" className={classes.number}>
        Expected, a share
      </th>
      <th scope="col" className={classes.number}>
        Came to
      </th>
      <th scope="col" className={classes.number} data-wide="">
        Expected revenue
      </th>
      <th scope="col" className={classes.number} data-wide="">
        Came to
      </th>
    </tr>
  );
  return byDay(rows, (row) => row.on).map(({ day: date, rows: found }) => (
    <Day key={date} date={date} today={today} size={found.length} head={head}>
      {found.map((row) => (
        <tr key={`${row.symbol} ${row.provider}`} data-tip={`Source: ${sourceName(row.source)}, told ${instant(row.fetched_at)}`}>
          <Company symbol={row.symbol} name={row.name} tab="earnings" />
          <td className={classes.when}>
            <Hour hour={row.hour} />
          </td>
          <td className={classes.quarter}>
            {row.fiscal_year === null ? <Unknown reason="Not told" /> : `${row.fiscal_quarter === null ? "FY" : `Q${String(row.fiscal_quarter)}`} ${String(row.fiscal_year)}`}
          </td>
          <Against expected={row.eps_estimate} actual={row.eps_actual} write={(value) => number(value, 2)} />
          <Against expected={row.revenue_estimate} actual={row.revenue_actual} write={compact} />
        </tr>
      ))}
    </Day>
  ));
}

export function DividendDays({ rows, today }: Days<DividendDate>) {
  const head = (
    <tr>
      <th scope="col">Company</th>
      <th scope="col" className={classes.number}>
        A share
      </th>
      <th scope="col">Paid on</th>
      <th scope="col" className={classes.declared}>
        Declared
      </th>
      <th scope="col" className={classes.declared}>
        Source
      </th>
    </tr>
  );
  return byDay(rows, (row) => row.ex_date).map(({ day: date, rows: found }) => (
    <Day key={date} date={date} today={today} size={found.length} head={head}>
      {found.map((row) => (
        <tr key={`${row.symbol} ${String(row.amount)}`}>
          <Company symbol={row.symbol} name={row.name} tab="earnings" />
          <td className={classes.number}>
            <b>{number(row.amount, 4)}</b> {row.currency}
          </td>
          <td>{day(row.pay_date)}</td>
          <td className={classes.declared}>{day(row.declared_on)}</td>
          <td className={classes.declared}>{sourceName(row.provider)}</td>
        </tr>
      ))}
    </Day>
  ));
}
