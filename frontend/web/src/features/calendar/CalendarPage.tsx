import { ActionIcon, Button, SegmentedControl, Skeleton } from "@mantine/core";
import { IconCalendarOff, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";

import { useStatus } from "@/api/status";
import { addDays, exchangeDay, weekOf } from "@/lib/days";
import { count, day, instant, shortDay } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";
import { SymbolsField } from "@/ui/symbols-field";

import { DividendDays, EarningsDays } from "./Days";
import classes from "./calendar.module.css";
import { dividendCalendarQuery, earningsCalendarQuery, type Asked } from "./queries";
import type { CalendarSearch } from "./search";

const route = getRouteApi("/shell/calendar");

interface Shown {
  total: number;
  unknown: readonly string[];
  readAt?: string | null;
  more: (() => void) | undefined;
  fetching: boolean;
}

function Frame({ shown, noun, children, asked }: { shown: Shown; noun: string; children: React.ReactNode; asked: Asked }) {
  return (
    <>
      <p className={classes.sum}>
        <b>{count(shown.total)}</b> {shown.total === 1 ? noun : `${noun}s`}
        {shown.readAt && <span data-tip={instant(shown.readAt)}> · calendar read {day(shown.readAt)}</span>}
        {shown.unknown.length > 0 && <span className={classes.unknown}> · not known here: {shown.unknown.join(", ")}</span>}
      </p>
      {shown.total === 0 ? (
        <Panel>
          <Notice icon={<IconCalendarOff size={34} stroke={1.5} aria-hidden="true" />} title={`No ${noun}s`}>
            {asked.symbols ? "Of these symbols none is known for this week." : "None is known for this week. Dates come with a provider that tells them."}
          </Notice>
        </Panel>
      ) : (
        children
      )}
      {shown.more && (
        <div className={classes.more}>
          <Button variant="default" loading={shown.fetching} onClick={shown.more}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the calendar">
      <Skeleton height={180} radius="lg" />
      <Skeleton height={180} radius="lg" />
    </div>
  );
}

function EarningsWeek({ asked, today }: { asked: Asked; today: string }) {
  const found = useInfiniteQuery(earningsCalendarQuery(asked));
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} what="The calendar" />;
  const [first] = found.data?.pages ?? [];
  if (!found.data || !first) return <Loading />;
  const shown = {
    total: first.total,
    unknown: first.unknown,
    readAt: first.read_at,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    fetching: found.isFetchingNextPage,
  };
  return (
    <Frame shown={shown} noun="report" asked={asked}>
      <EarningsDays rows={found.data.pages.flatMap((page) => page.rows)} today={today} />
    </Frame>
  );
}

function DividendWeek({ asked, today }: { asked: Asked; today: string }) {
  const found = useInfiniteQuery(dividendCalendarQuery(asked));
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} what="The calendar" />;
  const [first] = found.data?.pages ?? [];
  if (!found.data || !first) return <Loading />;
  const shown = {
    total: first.total,
    unknown: first.unknown,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    fetching: found.isFetchingNextPage,
  };
  return (
    <Frame shown={shown} noun="dividend" asked={asked}>
      <DividendDays rows={found.data.pages.flatMap((page) => page.rows)} today={today} />
    </Frame>
  );
}

function Week({ start, today, change }: { start: string; today: string; change: (next: Partial<CalendarSearch>) => void }) {
  const current = weekOf(today);
  const go = (to: string) => {
    change({ week: to === current ? undefined : to });
  };
  return (
    <div className={classes.week} role="group" aria-label="Week">
      <ActionIcon
        variant="default"
        size={36}
        aria-label="The week before"
        onClick={() => {
          go(addDays(start, -7));
        }}
      >
        <IconChevronLeft size={18} stroke={1.8} />
      </ActionIcon>
      <b aria-live="polite">
        {shortDay(start)} to {day(addDays(start, 6))}
      </b>
      <ActionIcon
        variant="default"
        size={36}
        aria-label="The week after"
        onClick={() => {
          go(addDays(start, 7));
        }}
      >
        <IconChevronRight size={18} stroke={1.8} />
      </ActionIcon>
      {start !== current && (
        <Button
          variant="default"
          size="sm"
          onClick={() => {
            go(current);
          }}
        >
          This week
        </Button>
      )}
    </div>
  );
}

/** Who reports and whose dividends are due, week by week. */
export function CalendarPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const status = useStatus();
  useEffect(() => {
    document.title = "Calendar · Investment";
  }, []);
  const change = useCallback(
    (next: Partial<CalendarSearch>) => {
      void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const today = status && exchangeDay(status.now);
  const start = today && weekOf(search.week ?? today);
  return (
    <div className={classes.page}>
      <header>
        <h1>Calendar</h1>
        <SegmentedControl
          aria-label="What is shown"
          size="sm"
          withItemsBorders={false}
          data={[
            { value: "earnings", label: "Earnings" },
            { value: "dividends", label: "Dividends" },
          ]}
          value={search.show ?? "earnings"}
          onChange={(value) => {
            change({ show: value === "dividends" ? "dividends" : undefined });
          }}
        />
        {start && <Week start={start} today={today} change={change} />}
        <SymbolsField
          className={classes.symbols}
          value={search.symbols}
          change={(symbols) => {
            change({ symbols });
          }}
          label="Only these symbols"
          placeholder="Only these symbols: ABC, XYZ"
          clear="All symbols"
        />
      </header>
      {!start ? (
        <Loading />
      ) : search.show === "dividends" ? (
        <DividendWeek asked={{ start, end: addDays(start, 6), symbols: search.symbols }} today={today} />
      ) : (
        <EarningsWeek asked={{ start, end: addDays(start, 6), symbols: search.symbols }} today={today} />
      )}
    </div>
  );
}
