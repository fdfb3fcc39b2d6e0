import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { CacheUsage } from "@/api/types";
import { count, instant, percent, roughly, sourceName, words } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Meter } from "@/ui/figures";
import { Panel } from "@/ui/parts";

import classes from "./cache.module.css";
import { cacheQuery } from "./queries";

function Endpoint({ endpoint }: { endpoint: CacheUsage["endpoints"][number] }) {
  return (
    <tr>
      <th scope="row">
        {words(endpoint.endpoint)} <span>{sourceName(endpoint.provider)}</span>
      </th>
      <td>
        <span className={classes.rate}>
          <Meter value={endpoint.hit_rate === null ? null : 100 * endpoint.hit_rate} width={64} height={6} />
          {percent(endpoint.hit_rate, 0)}
        </span>
      </td>
      <td>{count(endpoint.hits)}</td>
      <td>{count(endpoint.shared)}</td>
      <td>{count(endpoint.misses)}</td>
      <td className={classes.maxAge}>{roughly(endpoint.max_age_seconds)}</td>
    </tr>
  );
}

/** How many questions of people cost no call, because the answer was there or on its way. */
export function AnswerCache() {
  const { data, error, refetch } = useQuery(cacheQuery);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} what="The kept answers" />;
  if (!data) return <Skeleton height={240} radius="lg" role="status" aria-label="Loading the kept answers" />;
  const asked = data.hits + data.misses + data.shared;
  const used = data.endpoints.filter((each) => each.hits + each.misses + each.shared > 0);
  return (
    <Panel className={classes.cache}>
      <div className={classes.hitRate} data-alone={used.length === 0 || undefined}>
        <h2>Kept answers</h2>
        {data.hit_rate !== null && (
          <>
            <strong>{percent(data.hit_rate, 0)}</strong>
            <Meter value={100 * data.hit_rate} height={8} />
          </>
        )}
        <p>
          {asked === 0
            ? "Nobody has asked yet. An answer that people asked for is kept for a while, so that the next one costs no call."
            : `${count(data.hits + data.shared)} of ${count(asked)} questions cost no call.`}
          {data.since && <small>Counted since {instant(data.since)}</small>}
        </p>
      </div>
      {used.length > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className={classes.endpoints} role="region" aria-label="Kept answers by endpoint" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Endpoint</th>
                <th scope="col">Cost no call</th>
                <th scope="col">There</th>
                <th scope="col">Shared</th>
                <th scope="col">Asked</th>
                <th scope="col" className={classes.maxAge}>
                  Kept for
                </th>
              </tr>
            </thead>
            <tbody>
              {used.map((endpoint) => (
                <Endpoint key={`${endpoint.provider} ${endpoint.endpoint}`} endpoint={endpoint} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
