import type { Earnings } from "@/api/types";
import { day, number } from "@/lib/format";
import { Panel, Pill } from "@/ui/parts";

import tables from "../table.module.css";
import classes from "./earnings.module.css";

/** Dividends that are declared and those that were paid, a share as declared. */
export function Dividends({ dividends: { due, paid } }: Pick<Earnings, "dividends">) {
  const all = [...[...due].reverse().map((one) => ({ ...one, due: true })), ...paid.map((one) => ({ ...one, due: false }))];
  return (
    <Panel className={classes.dividends}>
      <header>
        <h2>Dividends</h2>
        <p>
          {all.length === 0
            ? "None is known."
            : due.length > 0
              ? `${String(due.length)} declared and not paid yet.`
              : "A share as declared. None is due."}
        </p>
      </header>
      {all.length > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className={classes.scroller} role="region" aria-label="Dividends" tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">Ex-date</th>
                <th scope="col" className={tables.number}>
                  A share
                </th>
                <th scope="col">Paid on</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {all.map((one) => (
                <tr key={`${one.ex_date} ${String(one.amount)}`}>
                  <th scope="row">{day(one.ex_date)}</th>
                  <td className={tables.number}>
                    {number(one.amount, 4)} {one.currency}
                  </td>
                  <td>{day(one.pay_date)}</td>
                  <td>{one.due ? <Pill tone="accent">Due</Pill> : "Paid"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
