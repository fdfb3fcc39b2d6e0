import { IconCalendarOff, IconPlayerPause } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";

import { useStatus } from "@/api/status";
import type { ApiUsage, ProviderUsage } from "@/api/types";
import { clockTime, count, instant, moment, until } from "@/lib/format";
import { Notice, Panel, Pill } from "@/ui/parts";

import shared from "./budget.module.css";
import classes from "./hour.module.css";
import { buys, coming, kindWords, planState, type Coming } from "./words";

const MINUTES = 60;
const SHOWN = 10;
const HEIGHT = 100;

type Bars = Pick<ProviderUsage, "provider" | "title" | "planned" | "minutes">;

/** «2,880 calls of Finnhub, at most 48 a minute». */
function summary({ title, planned, minutes }: Bars): string {
  return `${count(planned)} ${planned === 1 ? "call" : "calls"} of ${title}, at most ${count(Math.max(0, ...minutes))} a minute`;
}

/** Steps from minute to minute, each provider's upon those before it. */
function layers(bars: Bars[], most: number): { provider: string; area: string; line: string }[] {
  const height = Array.from({ length: MINUTES }, () => HEIGHT);
  const steps = (heights: number[]) => heights.map((y, minute) => `V${y.toFixed(2)}H${String(minute + 1)}`).join("");
  return bars.map(({ provider, minutes }) => {
    const base = [...height];
    minutes.slice(0, MINUTES).forEach((calls, minute) => {
      height[minute] = (height[minute] ?? 0) - (calls / most) * HEIGHT;
    });
    const line = `M0 ${String(height[0])}${steps(height)}`;
    const back = [...base.keys()].reverse().map((minute) => `V${String(base[minute])}H${String(minute)}`);
    return { provider, line, area: `${line}${back.join("")}Z` };
  });
}

/** Calls per minute, a colour for each provider. */
const Picture = memo(function Picture({ bars, at }: { bars: Bars[]; at: string }) {
  const totals = Array.from({ length: MINUTES }, (_, minute) => bars.reduce((sum, { minutes }) => sum + (minutes[minute] ?? 0), 0));
  const most = Math.max(1, ...totals);
  const when = (minute: number) => moment(new Date(Date.parse(at) + minute * 60_000).toISOString(), at);
  return (
    <figure className={classes.picture}>
      <div className={classes.plot} role="img" aria-label={`Calls per minute in the next hour: ${bars.map(summary).join("; ")}`}>
        <span className={classes.most} aria-hidden="true">
          {count(most)} a minute
        </span>
        <svg viewBox={`0 0 ${String(MINUTES)} ${String(HEIGHT)}`} preserveAspectRatio="none" aria-hidden="true">
          {totals.map((total, minute) => {
            const told = bars.filter(({ minutes }) => minutes[minute]).map(({ title, minutes }) => `${title}: ${count(minutes[minute])}`);
            const tip = total > 0 ? [when(minute), ...told].join("\n") : undefined;
            return <rect key={minute} x={minute} y={0} width={1} height={HEIGHT} className={classes.minute} data-tip={tip} />;
          })}
          {layers(bars, most).map(({ provider, area, line }) => (
            <g key={provider} data-provider={provider}>
              <path d={area} className={classes.area} />
              <path d={line} className={classes.line} />
            </g>
          ))}
        </svg>
      </div>
      <div className={classes.axis} aria-hidden="true">
        {[0, 15, 30, 45, 60].map((minute) => (
          <span key={minute}>{minute === 0 ? "now" : when(minute)}</span>
        ))}
      </div>
      <figcaption>
        <ul className={shared.key}>
          {bars.map((each) => (
            <li key={each.provider} data-provider={each.provider}>
              {summary(each)}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
});

function Row({ call, now }: { call: Coming; now: string }) {
  return (
    <tr>
      <td className={classes.when} data-tip={instant(call.at)}>
        <b>{until(call.at, now)}</b> <span>{clockTime(call.at)}</span>
      </td>
      <td className={classes.what}>{kindWords(call.kind)}</td>
      <th scope="row">
        <Link to="/stocks/$symbol" params={{ symbol: call.symbol }} search={{ tab: "data" }}>
          {call.symbol}
        </Link>
      </th>
      <td className={classes.of}>{call.title}</td>
      <td className={classes.buys}>{call.promised ? <Pill tone="accent">{buys(call)}</Pill> : buys(call)}</td>
    </tr>
  );
}

/** What is going to be asked, when, and what each call is good for. */
export function NextHour({ usage, now }: { usage: ApiUsage; now: string }) {
  const rate = useStatus()?.clock_rate ?? 1;
  const state = planState(usage, rate);
  const bars = usage.providers.filter((provider) => provider.planned > 0);
  const calls = coming(usage, SHOWN);
  const planned = bars.reduce((sum, provider) => sum + provider.planned, 0);
  return (
    <Panel className={classes.plan}>
      <header className={classes.planHead}>
        <h2>
          The next hour {planned > 0 && state === "running" && <span>{count(planned)} calls</span>}
        </h2>
        {usage.planned_at !== null && (
          <Pill tone={state === "outdated" ? "warn" : "plain"} tip={instant(usage.planned_at)}>
            {state === "outdated" ? "The planner has stopped: " : ""}plan of {clockTime(usage.planned_at)}
          </Pill>
        )}
      </header>
      {state === "none" ? (
        <Notice icon={<IconPlayerPause size={32} stroke={1.5} aria-hidden="true" />} title="The planner is not running">
          Nothing is asked one by one until it does. It starts with the platform.
        </Notice>
      ) : calls.length === 0 ? (
        <Notice icon={<IconCalendarOff size={32} stroke={1.5} aria-hidden="true" />} title="No single call is planned">
          Prices are asked one by one while the exchange is open, of providers that a key is there for.
        </Notice>
      ) : (
        <div className={classes.hour} data-outdated={state === "outdated" || undefined}>
          <Picture bars={bars} at={usage.at} />
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
          <div className={classes.calls} role="region" aria-label="Next calls" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col" className={classes.what}>
                    What
                  </th>
                  <th scope="col">Symbol</th>
                  <th scope="col" className={classes.of}>
                    Asked of
                  </th>
                  <th scope="col">What it buys</th>
                </tr>
              </thead>
              <tbody>
                {calls.map((call, place) => (
                  <Row key={place} call={call} now={now} />
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </Panel>
  );
}
