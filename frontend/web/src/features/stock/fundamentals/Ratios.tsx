import type { Fundamentals } from "@/api/types";
import { Change, Unknown } from "@/ui/figures";
import { Panel } from "@/ui/parts";

import tabs from "../tabs.module.css";
import classes from "./fundamentals.module.css";
import { ratioGroups, ratioValue, type Ratio } from "./ratios";

function Value({ ratio, told }: { ratio: Ratio; told: Fundamentals }) {
  const value = told.ratios[ratio.name];
  if (value === null || value === undefined) {
    return <Unknown reason="A part of it was not told, or it divides by what is not above zero" />;
  }
  if (ratio.way === "growth") return <Change value={value} />;
  return <>{ratioValue(value, ratio.way, told.currency)}</>;
}

/** What follows from the statements and the price of the day. */
export function Ratios({ told }: { told: Fundamentals }) {
  return (
    <div className={`${tabs.groups ?? ""} ${classes.ratios ?? ""}`}>
      {ratioGroups(told.ratios).map((group) => (
        <Panel key={group.title} className={tabs.group}>
          <h2>{group.title}</h2>
          <dl>
            {group.ratios.map((ratio) => (
              <div key={ratio.name}>
                <dt>
                  {ratio.label}
                  <small>{ratio.formula}</small>
                </dt>
                <dd>
                  <Value ratio={ratio} told={told} />
                </dd>
              </div>
            ))}
          </dl>
        </Panel>
      ))}
    </div>
  );
}
