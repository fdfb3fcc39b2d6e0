import { Button, SegmentedControl, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconFileOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useStatus } from "@/api/status";
import type { FundamentalLine, Fundamentals } from "@/api/types";
import { day } from "@/lib/format";
import { AsOf } from "@/ui/as-of";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";

import { companyQuery } from "../queries";
import type { StockSearch } from "../search";
import classes from "./fundamentals.module.css";
import { Health } from "./Health";
import { Highlights } from "./Highlights";
import { LineDetail } from "./LineDetail";
import { Providers } from "./Providers";
import { fundamentalsQuery } from "./queries";
import { Ratios } from "./Ratios";
import { columns, doubtWords } from "./statements";
import { StatementTable } from "./StatementTable";

interface Props {
  symbol: string;
  search: StockSearch;
  change: (next: Partial<StockSearch>) => void;
}

/** Figures of which two filings tell such different ones that one of them cannot be right. */
function Doubts({ told }: { told: Fundamentals }) {
  if (told.doubts.length === 0) return null;
  return (
    <div className={classes.doubts} role="note" aria-label="Figures in doubt">
      <IconAlertTriangle size={18} stroke={1.7} aria-hidden="true" />
      <div>
        <b>{told.doubts.length === 1 ? "One figure is" : `${String(told.doubts.length)} figures are`} in doubt.</b>
        <ul>
          {told.doubts.map((doubt) => {
            const line = told.lines.find((known) => known.name === doubt.line);
            return (
              <li key={`${doubt.line} ${doubt.end}`}>
                {doubtWords(doubt, line?.label ?? doubt.line, line?.unit ?? "money", told.currency)}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function Nothing({ asOf, today }: { asOf: string | undefined; today: () => void }) {
  return (
    <Panel>
      <Notice
        icon={<IconFileOff size={34} stroke={1.5} aria-hidden="true" />}
        title={asOf ? `Nothing was known on ${day(asOf)}` : "No figures from filings"}
        actions={
          asOf && (
            <Button variant="default" onClick={today}>
              As known today
            </Button>
          )
        }
      >
        {asOf
          ? "No filing of its company with figures is stored that was filed by that day."
          : "Funds file none, and of companies they come with the SEC's nightly archive. This page fills by itself."}
      </Notice>
    </Panel>
  );
}

/** What the company told in its filings, by period, and what follows from it. */
export function FundamentalsTab({ symbol, search, change }: Props) {
  const quarterly = search.periods === "quarters";
  const status = useStatus();
  const { data, error, refetch, isPlaceholderData } = useQuery(fundamentalsQuery(symbol, search.as_of));
  const company = useQuery(companyQuery(symbol)).data;
  const [opened, setOpened] = useState<FundamentalLine | null>(null);
  if (error) return <Failure error={error} retry={() => void refetch()} what="The fundamentals" />;
  if (!data) return <Skeleton height={520} radius="lg" role="status" aria-label="Loading the fundamentals" />;

  // Filings of an invented company are nowhere to be found.
  const cik = status?.synthetic === false ? (company?.cik ?? null) : null;
  const shown = columns(data, quarterly);
  return (
    <div className={classes.page} data-outdated={isPlaceholderData || undefined} aria-busy={isPlaceholderData}>
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="Periods"
          size="sm"
          withItemsBorders={false}
          data={[
            { value: "years", label: "Annual" },
            { value: "quarters", label: "Quarterly" },
          ]}
          value={quarterly ? "quarters" : "years"}
          onChange={(value) => {
            change({ periods: value === "quarters" ? "quarters" : undefined });
          }}
        />
        <p>
          {data.period_end !== null && (
            <>
              Newest period to <b>{day(data.period_end)}</b>
              {data.currency && <> · in {data.currency}</>} · from filings with the SEC
            </>
          )}
        </p>
        <AsOf
          value={search.as_of}
          today={status?.now.slice(0, 10)}
          change={(as_of) => {
            change({ as_of });
          }}
        />
      </div>
      {data.period_end === null ? (
        <Nothing
          asOf={search.as_of}
          today={() => {
            change({ as_of: undefined });
          }}
        />
      ) : (
        <>
          <Doubts told={data} />
          <Highlights told={data} />
          <StatementTable told={data} shown={shown} onOpen={setOpened} />
          <Ratios told={data} />
          <Health told={data} />
          <Providers told={data} />
        </>
      )}
      <LineDetail
        line={opened}
        told={data}
        shown={shown}
        cik={cik}
        onClose={() => {
          setOpened(null);
        }}
      />
    </div>
  );
}
