import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Stock } from "@/api/types";
import { count, day, instant, number, price, words } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Panel, Pill } from "@/ui/parts";

import { Freshness } from "./Freshness";
import { stockDataQuery } from "./queries";
import tables from "./table.module.css";
import classes from "./tabs.module.css";

/** Column heads of numbers, which stand to the right. */
const NUMERIC = new Set(["Bars", "Value", "Open", "High", "Low", "Close", "Volume", "Sessions"]);

interface BlockProps {
  title: string;
  note?: string;
  empty: string;
  head: string[];
  rows: ReactNode[];
  half?: boolean;
}

function Block({ title, note, empty, rows, head, half = false }: BlockProps) {
  return (
    <Panel className={half ? `${classes.block} ${classes.half}` : classes.block}>
      <h2>
        {title}
        {rows.length > 0 && <span>{count(rows.length)}</span>}
      </h2>
      {note && <p>{note}</p>}
      {rows.length === 0 ? (
        <p className={classes.none}>{empty}</p>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className={tables.scroller} role="region" aria-label={title} tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                {head.map((label) => (
                  <th key={label} scope="col" className={NUMERIC.has(label) ? tables.number : undefined}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows}</tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

export function DataTab({ stock }: { stock: Stock }) {
  return (
    <div className={classes.stack}>
      <Freshness symbol={stock.symbol} />
      <Stored stock={stock} />
    </div>
  );
}

/** What is stored, where it came from, and what became of it. */
function Stored({ stock }: { stock: Stock }) {
  const { data, error, refetch } = useQuery(stockDataQuery(stock.symbol));
  if (error) return <Failure error={error} retry={() => void refetch()} what="The data's history" />;
  if (!data) return <Skeleton height={420} radius="lg" />;
  return (
    <div className={classes.blocks}>
      {stock.data_issues.length > 0 && (
        <Panel className={classes.block}>
          <h2>Open issues</h2>
          <ul className={classes.issues}>
            {stock.data_issues.map((issue, index) => (
              <li key={index}>
                <Pill tone="warn">{words(issue.kind)}</Pill> {issue.message}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Block
        title="Sources"
        empty="No bar is stored."
        head={["Provider", "How it came", "Basis", "Bars", "First", "Last", "Latest answer"]}
        rows={data.sources.map((source, index) => (
          <tr key={index}>
            <th scope="row">{source.provider}</th>
            <td>{words(source.channel)}</td>
            <td>{words(source.basis)}</td>
            <td className={tables.number}>{count(source.count)}</td>
            <td>{day(source.first)}</td>
            <td>{day(source.last)}</td>
            <td>{instant(source.fetched_at)}</td>
          </tr>
        ))}
      />
      <Block
        half
        title="Corporate actions"
        note={
          stock.actions_known_from
            ? `Splits and dividends are all known from ${day(stock.actions_known_from)} on.`
            : (stock.actions_note ?? "Splits and dividends are not known, and with them the adjusted series.")
        }
        empty="None is stored."
        head={["Ex-date", "Kind", "Value", "Known since"]}
        rows={[...data.actions].sort((one, other) => other.ex_date.localeCompare(one.ex_date)).map((action, index) => (
          <tr key={index}>
            <th scope="row">{day(action.ex_date)}</th>
            <td>{words(action.kind)}</td>
            <td className={tables.number}>
              {action.ratio !== null
                ? `${number(action.ratio, 4).replace(/\.?0+$/, "")} for 1`
                : `${number(action.amount, 4)} ${action.currency ?? ""}`}
            </td>
            <td>{instant(action.known_at)}</td>
          </tr>
        ))}
      />
      <div className={classes.column}>
        <Block
          title="Gaps"
          note="Sessions without a bar, between the first and the last one."
          empty="There is no gap."
          head={["From", "To", "Sessions"]}
          rows={data.gaps.map((gap) => (
            <tr key={gap.from}>
              <th scope="row">{day(gap.from)}</th>
              <td>{day(gap.to)}</td>
              <td className={tables.number}>{count(gap.sessions)}</td>
            </tr>
          ))}
        />
        <Block
          half
          title="Symbols"
          empty="No other symbol is known."
          head={["Symbol", "From", "To"]}
          rows={stock.tickers.map((ticker, index) => (
            <tr key={index}>
              <th scope="row">{ticker.symbol}</th>
              <td>{ticker.first ? day(ticker.first) : "Start"}</td>
              <td>{ticker.last ? day(ticker.last) : "Today"}</td>
            </tr>
          ))}
        />
      </div>
      <Block
        title="Revisions"
        note="Every value that was replaced, or was not chosen, is kept."
        empty="No bar was ever replaced."
        head={["Session", "What happened", "Open", "High", "Low", "Close", "Volume", "Source", "Recorded"]}
        rows={data.revisions.map((revision, index) => (
          <tr key={index}>
            <th scope="row">{day(revision.session)}</th>
            <td>{words(revision.reason)}</td>
            <td className={tables.number}>{price(revision.old.open)}</td>
            <td className={tables.number}>{price(revision.old.high)}</td>
            <td className={tables.number}>{price(revision.old.low)}</td>
            <td className={tables.number}>{price(revision.old.close)}</td>
            <td className={tables.number}>{count(revision.old.volume)}</td>
            <td>{revision.source ? `${revision.source.provider}, ${revision.source.channel}` : "—"}</td>
            <td>{instant(revision.recorded_at)}</td>
          </tr>
        ))}
      />
      <Block
        title="Quarantine"
        note="Rows that cannot be true are kept apart, as they came."
        empty="Nothing was refused."
        head={["Session", "Why", "The row as it came"]}
        rows={data.quarantine.map((row, index) => (
          <tr key={index}>
            <th scope="row">{day(row.session)}</th>
            <td>{row.reason}</td>
            <td>
              <code>{typeof row.payload === "string" ? row.payload : JSON.stringify(row.payload)}</code>
            </td>
          </tr>
        ))}
      />
    </div>
  );
}
