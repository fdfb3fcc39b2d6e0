import { Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import type { ApiUsage, ProviderUsage } from "@/api/types";
import { clockTime } from "@/lib/format";
import { useTicking } from "@/lib/ticking";
import { Failure } from "@/ui/failure";
import { Told } from "@/ui/told";

import { AnswerCache } from "./AnswerCache";
import classes from "./budget.module.css";
import { NextHour } from "./NextHour";
import { ProviderCard } from "./ProviderCard";
import { usageQuery } from "./queries";
import { SpendingLevel } from "./SpendingLevel";

/** Providers that nobody gave us a key for: what each wants, out of the way. */
function NotConfigured({ providers }: { providers: ProviderUsage[] }) {
  if (providers.length === 0) return null;
  return (
    <details className={classes.folded}>
      <summary>
        Not configured <span>{providers.map((provider) => provider.title).join(", ")}</span>
        <IconChevronDown size={16} aria-hidden="true" />
      </summary>
      <ul>
        {providers.map((provider) => (
          <li key={provider.provider}>
            <b>{provider.title}</b>
            <p>
              <Told words={provider.words} />
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Key() {
  return (
    <ul className={classes.key} aria-label="Colours of the bars">
      <li data-part="used">used</li>
      <li data-part="held">on its way</li>
      <li data-part="lent">lent by the reserve</li>
      <li data-part="foreign">used by others</li>
      <li data-part="reserve">kept for people who wait</li>
    </ul>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading data and budget">
      <Skeleton height={76} radius="lg" />
      <Skeleton height={420} radius="lg" />
      <div className={classes.cards}>
        <Skeleton height={380} radius="lg" />
        <Skeleton height={380} radius="lg" />
      </div>
    </div>
  );
}

function Loaded({ usage, answeredAt, stale }: { usage: ApiUsage; answeredAt: number; stale: boolean }) {
  // What was told an hour ago does not count down as if it had been told now.
  const ticking = useTicking(usage.at, answeredAt) ?? usage.at;
  const now = stale ? usage.at : ticking;
  const configured = usage.providers.filter((provider) => provider.configured);
  return (
    <>
      {stale && (
        <p className={classes.stale} role="alert">
          <IconAlertTriangle size={16} aria-hidden="true" />
          The server does not answer. Shown as it was at {clockTime(usage.at)}; it is asked again every few seconds.
        </p>
      )}
      <SpendingLevel usage={usage} />
      <NextHour usage={usage} now={now} />
      <section aria-labelledby="providers">
        <header className={classes.sectionHead}>
          <h2 id="providers">Providers</h2>
          <Key />
        </header>
        <div className={classes.cards}>
          {[0, 1].map((column) => (
            <div key={column} className={classes.column}>
              {configured.map(
                (provider, place) =>
                  place % 2 === column && (
                    <div key={provider.provider} style={{ order: place }}>
                      <ProviderCard provider={provider} now={now} />
                    </div>
                  ),
              )}
            </div>
          ))}
        </div>
      </section>
      <NotConfigured providers={usage.providers.filter((provider) => !provider.configured)} />
      <AnswerCache />
    </>
  );
}

export function BudgetPage() {
  const { data, error, refetch, dataUpdatedAt } = useQuery(usageQuery);
  useEffect(() => {
    document.title = "Data & Budget · Investment";
  }, []);
  return (
    <div className={classes.page}>
      <header className={classes.title}>
        <h1>Data &amp; Budget</h1>
        <p>What each provider allows, what was used of it, and what the next calls buy.</p>
      </header>
      {data ? (
        <Loaded usage={data} answeredAt={dataUpdatedAt} stale={error !== null} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} what="Data and budget" />
      ) : (
        <Loading />
      )}
    </div>
  );
}
