import { IconPlugOff } from "@tabler/icons-react";

import type { Circuit, Entitlement, LimitWindow, ProviderUsage } from "@/api/types";
import { count, day, instant, moment, percent, words } from "@/lib/format";
import { Panel, Pill } from "@/ui/parts";
import { Told } from "@/ui/told";

import page from "./budget.module.css";
import classes from "./provider.module.css";
import { condition, failures, kindWords, metered, per, segments, taken, windowDetail, windowWords } from "./words";

function LimitBar({ window, now }: { window: LimitWindow; now: string }) {
  const parts = segments(window);
  const width = (share: number) => ({ width: `${String(share)}%` });
  return (
    <div className={classes.limit}>
      <p>
        <span className={classes.figure}>
          <b>{count(taken(window))}</b> of {count(window.limit)} {per(window.seconds)}
        </span>
        <span className={classes.left}>
          {windowWords(window, now).map((part) => (
            <span key={part}>{part}</span>
          ))}
        </span>
      </p>
      <div className={classes.bar} data-tip={`${windowDetail(window)}\n${window.source}`}>
        <span className={classes.reserve} style={width(parts.reserve)} />
        <span data-part="used" style={width(parts.used)} />
        <span data-part="held" style={width(parts.held)} />
        <span data-part="foreign" style={width(parts.foreign)} />
        <span data-part="lent" style={width(parts.lent)} />
      </div>
    </div>
  );
}

/** The limits of a key, those of one bucket together. */
function Limits({ provider, now }: { provider: ProviderUsage; now: string }) {
  const scopes = [...new Set(provider.windows.map((window) => window.scope))];
  if (scopes.length === 0) return <p className={classes.quiet}>It has no limit that it tells of; we ask it a few times a day.</p>;
  return scopes.map((scope) => (
    <div key={scope} className={classes.bucket}>
      {scopes.length > 1 && <h4>{metered(scope)}</h4>}
      {provider.windows
        .filter((window) => window.scope === scope)
        .map((window) => (
          <LimitBar key={window.seconds} window={window} now={now} />
        ))}
    </div>
  ));
}

const LANES: { lane: keyof ProviderUsage["lanes"]; label: string }[] = [
  { lane: "interactive", label: "for people who wait" },
  { lane: "planned", label: "planned" },
  { lane: "essential", label: "essential" },
];

function Lanes({ provider }: { provider: ProviderUsage }) {
  const total = LANES.reduce((sum, { lane }) => sum + provider.lanes[lane], 0);
  const used = LANES.filter(({ lane }) => provider.lanes[lane] > 0);
  const failed = failures(provider.states);
  return (
    <section className={classes.part}>
      <h3 data-tip="Whole hours: this one and the 24 before it">
        Last 24 hours <span>{total === 1 ? "1 call" : `${count(total)} calls`}</span>
      </h3>
      {total > 0 && (
        <>
          <div className={classes.lanes} aria-hidden="true">
            {used.map(({ lane }) => (
              <span key={lane} data-lane={lane} style={{ flexGrow: provider.lanes[lane] }} />
            ))}
          </div>
          <ul className={page.key}>
            {used.map(({ lane, label }) => (
              <li key={lane} data-lane={lane}>
                <b>{count(provider.lanes[lane])}</b> {label}
              </li>
            ))}
          </ul>
        </>
      )}
      {failed.length > 0 && <p className={classes.failed}>{failed.join(" · ")}</p>}
    </section>
  );
}

function OpenCircuit({ circuit, now }: { circuit: Circuit; now: string }) {
  return (
    <li>
      <IconPlugOff size={15} aria-hidden="true" />
      <p>
        <b>{words(circuit.endpoint)}</b> failed too often: <Told words={circuit.why} />
        <small>
          {circuit.retry_at === null || circuit.state === "half_open"
            ? "It is about to be tried again."
            : `It is left alone and tried again at ${moment(circuit.retry_at, now)}.`}
        </small>
      </p>
    </li>
  );
}

function Refused({ entitlement, now }: { entitlement: Entitlement; now: string }) {
  return (
    <li>
      <b>{words(entitlement.endpoint)}</b>
      <q>{entitlement.words}</q>
      <small>
        {entitlement.since && `Since ${moment(entitlement.since, now)}`}
        {entitlement.ask_again_at && ` · asked again ${moment(entitlement.ask_again_at, now)}`}
      </small>
    </li>
  );
}

/** What the key includes: refusals in full, as the provider said them; the rest by name. */
function Entitlements({ entitlements, now }: { entitlements: Entitlement[]; now: string }) {
  const of = (state: Entitlement["state"]) => entitlements.filter((each) => each.state === state);
  const [included, refused, unknown] = [of("included"), of("not_included"), of("unknown")];
  if (entitlements.length === 0) return null;
  const named = (label: string, list: Entitlement[]) =>
    list.length > 0 && (
      <div className={classes.named}>
        <h4>
          {label} <span>{count(list.length)}</span>
        </h4>
        <p>
          {list.map((each) => (
            <span
              key={`${each.endpoint} ${each.state}`}
              data-tip={[
                each.since && `Known since ${instant(each.since)}`,
                each.floor && `Its history begins ${day(each.floor)}`,
                each.uncovered_symbols > 0 && `${count(each.uncovered_symbols)} symbols are not covered`,
              ]
                .filter(Boolean)
                .join("\n")}
            >
              {words(each.endpoint)}
            </span>
          ))}
        </p>
      </div>
    );
  return (
    <section className={classes.part}>
      <h3>What the key includes</h3>
      {refused.length > 0 && (
        <div className={classes.named}>
          <h4>
            Not in the plan <span>{count(refused.length)}</span>
          </h4>
          <ul className={classes.refused}>
            {refused.map((each) => (
              <Refused key={each.endpoint} entitlement={each} now={now} />
            ))}
          </ul>
        </div>
      )}
      {named("Included", included)}
      {named("Not known yet", unknown)}
    </section>
  );
}

function Trust({ trust }: Pick<ProviderUsage, "trust">) {
  if (trust.length === 0) return null;
  return (
    <section className={classes.part}>
      <h3>Trust</h3>
      <ul className={classes.trust}>
        {trust.map((each) => (
          <li key={each.kind} data-tip={each.words}>
            <span>{kindWords(each.kind)}</span>
            <b>{percent(each.score, 0)}</b>
            <small>
              {count(each.agreed)} agreed, {count(each.disagreed)} did not
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ProviderCard({ provider, now }: { provider: ProviderUsage; now: string }) {
  const { word, tone, why } = condition(provider, now);
  return (
    <Panel className={classes.card}>
      <header>
        <h3>{provider.title}</h3>
        {provider.plan && <span className={classes.planName}>{words(provider.plan)} plan</span>}
        <Pill tone={tone} tip={why}>
          {word}
        </Pill>
      </header>
      <Limits provider={provider} now={now} />
      {provider.circuits.length > 0 && (
        <ul className={classes.circuits} aria-label="Left alone">
          {provider.circuits.map((circuit) => (
            <OpenCircuit key={circuit.endpoint} circuit={circuit} now={now} />
          ))}
        </ul>
      )}
      <Lanes provider={provider} />
      <Entitlements entitlements={provider.entitlements} now={now} />
      <Trust trust={provider.trust} />
    </Panel>
  );
}
