import { Button, Checkbox, Popover, SegmentedControl, Skeleton } from "@mantine/core";
import { IconChartCandle, IconChartLine, IconEyeOff, IconTable } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { Adjust } from "@/api/types";
import { shortDay } from "@/lib/format";
import { useShortcuts } from "@/lib/shortcuts";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";

import { AVERAGE_COLOURS, AVERAGES, type Average } from "./chart";
import { PriceChart } from "./PriceChart";
import { PriceTable } from "./PriceTable";
import { pricesQuery } from "./queries";
import { ADJUSTMENTS, RANGES, type Range, type StockSearch } from "./search";
import { known, rangeStart, within } from "./series";
import classes from "./chart.module.css";

const ADJUST_LABELS: Record<Adjust, string> = { all: "Adjusted", splits: "Splits only", none: "Raw" };
const ADJUST_TIPS: Record<Adjust, string> = {
  all: "Adjusted for splits and dividends",
  splits: "Adjusted for splits, not for dividends",
  none: "As traded on the day",
};

const NO_GAPS: string[] = [];

interface Props {
  symbol: string;
  last: string | null;
  search: StockSearch;
  change: (next: Partial<StockSearch>) => void;
}

function Averages({ shown, toggle }: { shown: readonly Average[]; toggle: (length: Average) => void }) {
  return (
    <Popover position="bottom-end" shadow="md">
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconChartLine size={15} stroke={1.7} />}>
          Averages{shown.length > 0 && ` · ${String(shown.length)}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Moving averages">
        <div className={classes.averages}>
          {AVERAGES.map((length) => (
            <Checkbox
              key={length}
              checked={shown.includes(length)}
              onChange={() => {
                toggle(length);
              }}
              label={
                <span className={classes.swatch}>
                  <i style={{ background: `var(${AVERAGE_COLOURS[length]})` }} />
                  SMA {length}
                </span>
              }
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Three years load at once; the rest when «All» is asked for. The 200-session average needs its run-up. */
function historyStart(range: Range, last: string | null): string | undefined {
  if (range === "All" || last === null) return undefined;
  const start = new Date(`${rangeStart("2Y", last) ?? last}T00:00:00Z`);
  start.setUTCDate(start.getUTCDate() - 300);
  return start.toISOString().slice(0, 10);
}

export function PricePanel({ symbol, last, search, change }: Props) {
  const range = search.range ?? "1Y";
  const adjust = search.adjust ?? "all";
  const view = search.view ?? "chart";
  const [averages, setAverages] = useState<readonly Average[]>([20, 50, 200]);
  const [logarithmic, setLogarithmic] = useState(false);
  const prices = useQuery(pricesQuery(symbol, adjust, historyStart(range, last)));
  const bars = useMemo(() => known(prices.data?.bars ?? []), [prices.data]);
  const shown = useMemo(() => within(bars, range), [bars, range]);
  const rangeIndex = RANGES.indexOf(range);
  useShortcuts([
    ...RANGES.map((name, index) => ({
      keys: String(index + 1),
      label: "Range, 1M to All",
      group: "Chart" as const,
      run: () => {
        change({ range: name });
      },
    })),
    { keys: "[", label: "Shorter range", group: "Chart", run: () => { change({ range: RANGES[Math.max(0, rangeIndex - 1)] }); } },
    { keys: "]", label: "Longer range", group: "Chart", run: () => { change({ range: RANGES[Math.min(RANGES.length - 1, rangeIndex + 1)] }); } },
    { keys: "c", label: "Chart or table", group: "Chart", run: () => { change({ view: view === "chart" ? "table" : "chart" }); } },
    { keys: "l", label: "Logarithmic scale", group: "Chart", run: () => { setLogarithmic((on) => !on); } },
    {
      keys: "a",
      label: "Adjusted, splits only, raw",
      group: "Chart",
      run: () => {
        change({ adjust: ADJUSTMENTS[(ADJUSTMENTS.indexOf(adjust) + 1) % ADJUSTMENTS.length] });
      },
    },
  ]);

  const unknown = prices.data && !prices.data.known;
  const gaps = prices.data?.missing ?? NO_GAPS;
  const start = shown[0]?.session;
  const shownGaps = start === undefined ? [] : gaps.filter((session) => session >= start);

  return (
    <Panel className={classes.prices}>
      <div className={classes.bar} role="group" aria-label="Chart controls">
        <SegmentedControl
          size="xs"
          withItemsBorders={false}
          aria-label="Range"
          data={[...RANGES]}
          value={range}
          onChange={(value) => {
            change({ range: value });
          }}
        />
        <div className={classes.barEnd}>
          <SegmentedControl
            size="xs"
            withItemsBorders={false}
            aria-label="Adjustment"
            data={ADJUSTMENTS.map((value) => ({ value, label: <span data-tip={ADJUST_TIPS[value]}>{ADJUST_LABELS[value]}</span> }))}
            value={adjust}
            onChange={(value) => {
              change({ adjust: value });
            }}
          />
          {view === "chart" && (
            <Button
              variant={logarithmic ? "light" : "default"}
              size="xs"
              aria-pressed={logarithmic}
              data-tip="Logarithmic scale: equal distances are equal percentages  (l)"
              onClick={() => {
                setLogarithmic((on) => !on);
              }}
            >
              Log
            </Button>
          )}
          {view === "chart" && (
            <Averages
              shown={averages}
              toggle={(length) => {
                setAverages((now) => (now.includes(length) ? now.filter((one) => one !== length) : [...now, length].sort((a, b) => a - b)));
              }}
            />
          )}
          <Button
            variant="default"
            size="xs"
            leftSection={view === "chart" ? <IconTable size={15} stroke={1.7} /> : <IconChartCandle size={15} stroke={1.7} />}
            onClick={() => {
              change({ view: view === "chart" ? "table" : "chart" });
            }}
          >
            {view === "chart" ? "View as table" : "View as chart"}
          </Button>
        </div>
      </div>
      {prices.error ? (
        <Failure error={prices.error} retry={() => void prices.refetch()} what="Prices" />
      ) : prices.isPending ? (
        <div className={classes.chartSkeleton} role="status" aria-label="Loading prices">
          <Skeleton height="100%" radius="md" />
        </div>
      ) : unknown ? (
        <Notice
          icon={<IconEyeOff size={34} stroke={1.5} aria-hidden="true" />}
          title={adjust === "all" ? "The adjusted series is unknown" : "This series is unknown"}
          actions={
            adjust !== "none" && (
              <Button
                onClick={() => {
                  change({ adjust: "none" });
                }}
              >
                Show raw prices
              </Button>
            )
          }
        >
          {prices.data.reason}
        </Notice>
      ) : bars.length === 0 ? (
        <Notice icon={<IconChartCandle size={34} stroke={1.5} aria-hidden="true" />} title="No prices yet">
          No bar of {symbol} has been stored.
        </Notice>
      ) : view === "table" ? (
        <PriceTable symbol={symbol} bars={shown} sources={prices.data.sources} />
      ) : (
        <PriceChart
          symbol={symbol}
          bars={bars}
          missing={gaps}
          actions={prices.data.actions}
          range={range}
          averages={averages}
          logarithmic={logarithmic}
          outdated={prices.isPlaceholderData}
        />
      )}
      {shownGaps.length > 0 && !unknown && (
        <p className={classes.gaps}>
          {shownGaps.length === 1
            ? `No bar on ${shortDay(shownGaps[0])}.`
            : `${String(shownGaps.length)} sessions in this range have no bar.`}{" "}
          Gaps are left open, never filled.
        </p>
      )}
    </Panel>
  );
}
