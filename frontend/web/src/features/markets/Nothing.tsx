import { Button } from "@mantine/core";
import { IconChartCandle, IconFilterOff } from "@tabler/icons-react";

import { useStatus } from "@/api/status";
import { count } from "@/lib/format";
import { Notice } from "@/ui/parts";
import { Told } from "@/ui/told";

import { useBoardCount } from "./queries";
import type { MarketsSearch } from "./search";
import { Skeleton } from "./Skeleton";

/** A list without rows: nothing matches, nothing is ranked, or nothing has come yet. */
export function Nothing({ search, clear, showAll }: { search: MarketsSearch; clear: () => void; showAll: () => void }) {
  const all = useBoardCount(search);
  const status = useStatus();
  if (all === undefined) return <Skeleton />;
  if (all > 0) {
    return (
      <Notice
        icon={<IconFilterOff size={34} stroke={1.5} aria-hidden="true" />}
        title="Nothing matches"
        actions={
          <Button variant="default" onClick={clear}>
            Clear search and filters
          </Button>
        }
      >
        {search.q ? `No symbol or name contains «${search.q}»` : "No row passes the filters"} among {count(all)} on this
        board.
      </Notice>
    );
  }
  const coming = status?.last_run?.state === "running" || Boolean(status?.history);
  return (
    <Notice
      icon={<IconChartCandle size={34} stroke={1.5} aria-hidden="true" />}
      title={
        status?.instruments ? (coming ? "Not ranked yet" : "Nothing on this board") : coming ? "The market is on its way" : "Nothing here yet"
      }
      actions={
        Boolean(status?.instruments) &&
        search.board !== "all" && (
          <Button variant="default" onClick={showAll}>
            Show all instruments
          </Button>
        )
      }
    >
      {status?.instruments ? (
        "No instrument is on this board in the latest ranked session. A rank needs at least 30 that are alike."
      ) : coming ? (
        "Prices are being fetched and analysed. This page fills by itself."
      ) : (
        <Told words="No session has been analysed. Start the daily job with manage.py run_session, or wait for the schedule." />
      )}
    </Notice>
  );
}
