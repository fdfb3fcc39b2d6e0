import { NativeSelect, Skeleton } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";

import type { FxRates } from "@/api/types";
import { day, instant, sourceName } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";

import { Converter } from "./Converter";
import classes from "./currencies.module.css";
import { ratesQuery } from "./queries";
import { currencyName, EURO } from "./rates";
import { RatesTable } from "./RatesTable";
import type { CurrenciesSearch } from "./search";

const route = getRouteApi("/shell/currencies");

/** Whose rates these are, of which day, and when we last asked. */
function Source({ rates }: { rates: FxRates }) {
  if (rates.day === null) return null;
  return (
    <p className={classes.source}>
      Fixed on <b>{day(rates.day)}</b>
      {rates.source && (
        <span data-tip={`Last asked ${instant(rates.source.fetched_at)}`}>
          {" "}
          · Source: {sourceName(rates.source.provider)}
        </span>
      )}
      {rates.history_from !== null && ` · kept from ${day(rates.history_from)} on`}
    </p>
  );
}

function NoRates({ words }: { words: string }) {
  return (
    <Panel>
      <Notice icon={<IconArrowsExchange size={34} stroke={1.5} aria-hidden="true" />} title="No exchange rates yet">
        {words || "They are fetched in the background."} The ECB publishes at about 16:00 Central European Time on working
        days; this page fills by itself.
      </Notice>
    </Panel>
  );
}

function Loading() {
  return (
    <div className={classes.columns} role="status" aria-label="Loading exchange rates">
      <Skeleton height={560} radius="lg" />
      <Skeleton height={300} radius="lg" />
    </div>
  );
}

/** What may be chosen: the euro and all that is quoted against it. */
function choices(euro: FxRates): { value: string; label: string }[] {
  return [EURO, ...euro.rates.map((rate) => rate.quote)]
    .sort()
    .map((code) => ({ value: code, label: `${code} · ${currencyName(code)}` }));
}

export function CurrenciesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const base = search.base ?? EURO;
  const rates = useQuery(ratesQuery(base));
  // As published: what the converter reckons with, whatever the table is quoted in.
  const euro = useQuery(ratesQuery(EURO));
  const change = useCallback(
    (next: Partial<CurrenciesSearch>) => {
      void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  useEffect(() => {
    document.title = "Currencies · Investment";
  }, []);

  return (
    <div className={classes.page}>
      <header>
        <h1>Currencies</h1>
        {rates.data && <Source rates={rates.data} />}
      </header>
      {euro.error ? (
        <Failure error={euro.error} retry={() => void euro.refetch()} what="The exchange rates" />
      ) : rates.error ? (
        <Failure error={rates.error} retry={() => void rates.refetch()} what={`The rates of ${base}`} />
      ) : !rates.data || !euro.data ? (
        <Loading />
      ) : euro.data.day === null ? (
        <NoRates words={euro.data.words} />
      ) : (
        <div className={classes.columns}>
          <RatesTable rates={rates.data} outdated={rates.isPlaceholderData}>
            <NativeSelect
              aria-label="Base currency"
              data={choices(euro.data)}
              value={base}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                change({ base: chosen === EURO ? undefined : chosen });
              }}
            />
          </RatesTable>
          <Converter euro={euro.data} choices={choices(euro.data)} search={search} change={change} />
        </div>
      )}
    </div>
  );
}
