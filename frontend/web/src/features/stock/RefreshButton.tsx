import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { answer, client } from "@/api/client";
import type { Refreshable } from "@/api/types";
import { announce } from "@/ui/announcer";
import { Told } from "@/ui/told";

import { affordable, nextWords, priceWords, refusal } from "./freshness";
import classes from "./freshness.module.css";
import { companyQuery, freshnessQuery, stockQuery } from "./queries";

/** Asks for one thing now: first what it costs, and only when that was confirmed the call itself. */
export function RefreshButton({ symbol, kind, label, now }: { symbol: string; kind: Refreshable; label: string; now: string }) {
  const queries = useQueryClient();
  const ask = (confirm: boolean) =>
    answer(client.POST("/api/stocks/{symbol}/refresh", { params: { path: { symbol } }, body: { kinds: [kind], confirm } }));
  const price = useMutation({ mutationFn: () => ask(false) });
  const call = useMutation({
    mutationFn: () => ask(true),
    onSuccess: ({ refreshed }) => {
      if (refreshed.length > 0) announce(`${label}: refreshed`);
      for (const { queryKey } of [freshnessQuery(symbol), stockQuery(symbol), companyQuery(symbol)]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
  const close = () => {
    price.reset();
    call.reset();
  };
  const told = price.data;
  const error = call.error ?? price.error;
  const skipped = (call.data ?? told)?.skipped ?? [];
  const done = (call.data?.refreshed.length ?? 0) > 0;
  const free = told !== undefined && affordable(told);
  const next = told?.calls.find((each) => each.resets_at !== null)?.resets_at;
  const offered = told !== undefined && !call.data && !call.error;
  return (
    <div className={classes.refresh}>
      {offered && free ? (
        <>
          <p role="status">{told.calls.map(priceWords).join(", ")}.</p>
          <Button
            size="xs"
            loading={call.isPending}
            onClick={() => {
              call.mutate();
            }}
          >
            Ask now
          </Button>
          <Button size="xs" variant="default" disabled={call.isPending} onClick={close}>
            Cancel
          </Button>
        </>
      ) : (
        <>
          {error ? (
            <p role="alert">{refusal(error, now)}</p>
          ) : skipped.length > 0 ? (
            <p role="alert">
              <Told words={skipped.map((each) => each.words).join(" ")} />
            </p>
          ) : offered && told.calls.length > 0 ? (
            <p role="alert">
              {told.calls.map(priceWords).join(", ")}. {next && `The next one is ${nextWords(next, now).wait}.`}
            </p>
          ) : (
            done && <p role="status">It was asked for now.</p>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} stroke={1.8} />}
            aria-label={`Refresh: ${label}`}
            loading={price.isPending}
            onClick={() => {
              call.reset();
              price.mutate();
            }}
          >
            Refresh
          </Button>
        </>
      )}
    </div>
  );
}
