import type { Fundamentals } from "@/api/types";
import { compact, day, number } from "@/lib/format";
import { Change, Sparkline, Unknown } from "@/ui/figures";
import { Hidden, Panel } from "@/ui/parts";

import classes from "./fundamentals.module.css";
import { full, periodName } from "./statements";

const SHOWN: readonly { name: string; growth: string | null }[] = [
  { name: "revenue", growth: "revenue_growth" },
  { name: "net_income", growth: "net_income_growth" },
  { name: "eps_diluted", growth: "eps_growth" },
  { name: "operating_cash_flow", growth: "operating_cash_flow_growth" },
  { name: "free_cash_flow", growth: null },
];

/** The twelve months at a glance. */
export function Highlights({ told }: { told: Fundamentals }) {
  const years = [...told.years].reverse();
  return (
    <Panel className={classes.highlights}>
      <h2>
        <Hidden>At a glance: </Hidden>Twelve months to {day(told.period_end)}
      </h2>
      <ul>
        {SHOWN.map(({ name, growth }) => {
          const line = told.lines.find((known) => known.name === name);
          const value = told.trailing[name]?.value;
          const values = years.map((year) => year.figures[name]?.value ?? null);
          const grown = growth === null ? undefined : told.ratios[growth];
          return (
            <li key={name}>
              <span>{line?.label ?? name}</span>
              <b data-tip={full(value, line?.unit ?? "money", told.currency)}>
                {value === undefined ? (
                  <Unknown reason="Not told, or not of the whole twelve months" />
                ) : line?.unit === "per_share" ? (
                  number(value, 2)
                ) : (
                  compact(value)
                )}
              </b>
              <small>
                {growth === null ? (
                  " "
                ) : (
                  <Change value={grown} tip={grown == null ? "Unknown, or without meaning after a loss" : "Against the twelve months before"} />
                )}
              </small>
              <span className={classes.spark} data-tip={years[0] && `${periodName(years[0])} to ${periodName(years.at(-1) ?? years[0])}`}>
                <Sparkline values={values} width={96} height={30} directed={false} />
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
