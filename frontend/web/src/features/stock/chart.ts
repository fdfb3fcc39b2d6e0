/** The drawing itself: lightweight-charts behind a small interface, coloured by the page's CSS variables. */
import {
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
  PriceScaleMode,
  type IChartApi,
  type ISeriesApi,
  type SeriesMarker,
} from "lightweight-charts";

import type { Action } from "@/api/types";
import { number } from "@/lib/format";

import { movingAverage, type KnownBar } from "./series";

export const AVERAGES = [20, 50, 200] as const;
export type Average = (typeof AVERAGES)[number];

export const AVERAGE_COLOURS: Record<Average, string> = { 20: "--line-1", 50: "--line-2", 200: "--line-3" };

export interface StockChart {
  show: (bars: KnownBar[], missing: string[], actions: Action[]) => void;
  averages: (shown: readonly Average[]) => void;
  range: (first: string, last: string) => void;
  logarithmic: (on: boolean) => void;
  point: (bar: KnownBar | null) => void;
  recolour: () => void;
  remove: () => void;
}

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A split is told above the bar, a dividend below, so that a quarter's dividends do not cover the candles. */
function markers(actions: Action[], bars: KnownBar[]): SeriesMarker<string>[] {
  const result: SeriesMarker<string>[] = [];
  for (const action of actions) {
    // An action may take effect on a day without a bar: it is told at the next one.
    const bar = bars.find((candidate) => candidate.session >= action.ex_date);
    if (!bar || bar === bars[0]) continue;
    const split = action.kind === "split";
    result.push({
      time: bar.session,
      position: split ? "aboveBar" : "belowBar",
      shape: split ? "arrowDown" : "circle",
      color: variable(split ? "--accent" : "--text-3"),
      text: split ? `Split ${number(action.ratio, 2)}:1`.replace(".00:", ":") : "D",
      size: split ? 1.2 : 0.6,
    });
  }
  return result.sort((one, other) => one.time.localeCompare(other.time));
}

export function drawChart(frame: HTMLElement, onPoint: (session: string | null) => void): StockChart {
  const chart: IChartApi = createChart(frame, { autoSize: true });
  const candles = chart.addSeries(CandlestickSeries, { priceLineVisible: false }, 0);
  const volume = chart.addSeries(
    HistogramSeries,
    { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
    1,
  );
  const marks = createSeriesMarkers(candles, []);
  const lines = new Map<Average, ISeriesApi<"Line">>();
  let shown: { bars: KnownBar[]; missing: string[]; actions: Action[] } = { bars: [], missing: [], actions: [] };
  let averages: readonly Average[] = [];
  let window: { from: string; to: string } | null = null;
  chart.panes()[0]?.setStretchFactor(4);
  chart.panes()[1]?.setStretchFactor(1);
  function showWindow(): void {
    if (window) chart.timeScale().setVisibleRange(window);
  }
  // The first size comes after the first data, and a narrower window shows the same days, not fewer.
  chart.timeScale().subscribeSizeChange(showWindow);
  chart.subscribeCrosshairMove((event) => {
    onPoint(typeof event.time === "string" ? event.time : null);
  });

  function drawAverages(): void {
    for (const [length, line] of lines) {
      if (!averages.includes(length)) {
        chart.removeSeries(line);
        lines.delete(length);
      }
    }
    for (const length of averages) {
      let line = lines.get(length);
      if (!line) {
        line = chart.addSeries(
          LineSeries,
          { lineWidth: 2, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false },
          0,
        );
        lines.set(length, line);
      }
      line.applyOptions({ color: variable(AVERAGE_COLOURS[length]) });
      const values = movingAverage(shown.bars, length);
      line.setData(
        shown.bars.flatMap((bar, index) => {
          const value = values[index];
          return value === null || value === undefined ? [] : [{ time: bar.session, value }];
        }),
      );
    }
  }

  function draw(): void {
    const gaps = shown.missing.map((session) => ({ time: session }));
    const byTime = (one: { time: string }, other: { time: string }) => one.time.localeCompare(other.time);
    const up = variable("--volume-up");
    const down = variable("--volume-down");
    candles.setData(
      [...shown.bars.map((bar) => ({ time: bar.session, open: bar.open, high: bar.high, low: bar.low, close: bar.close })), ...gaps].sort(byTime),
    );
    volume.setData(
      [
        ...shown.bars.map((bar) =>
          bar.volume === null
            ? { time: bar.session }
            : { time: bar.session, value: bar.volume, color: bar.close >= bar.open ? up : down },
        ),
        ...gaps,
      ].sort(byTime),
    );
    const cheap = (shown.bars.at(-1)?.close ?? 1) < 1;
    candles.applyOptions({ priceFormat: { type: "price", precision: cheap ? 4 : 2, minMove: cheap ? 0.0001 : 0.01 } });
    marks.setMarkers(markers(shown.actions, shown.bars));
    drawAverages();
  }

  function recolour(): void {
    const text = variable("--text-3");
    const border = variable("--border");
    const label = variable("--tip-bg");
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: variable("--panel") },
        textColor: text,
        fontFamily: variable("--font"),
        fontSize: 12,
        // The caption under the chart names the library, as its licence asks; the logo would cover the volume.
        attributionLogo: false,
        panes: { separatorColor: border, separatorHoverColor: border, enableResize: false },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: border, style: LineStyle.Dotted } },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.08 } },
      timeScale: { borderColor: border, rightOffset: 2, minBarSpacing: 0.02 },
      crosshair: {
        mode: CrosshairMode.Magnet,
        vertLine: { color: text, labelBackgroundColor: label, width: 1 },
        horzLine: { color: text, labelBackgroundColor: label, width: 1 },
      },
      // The page scrolls over the chart; zooming is by pinch, by Ctrl and the wheel, or by the ranges.
      handleScroll: { mouseWheel: false, pressedMouseMove: true, horzTouchDrag: true, vertTouchDrag: false },
      handleScale: { mouseWheel: false, pinch: true, axisPressedMouseMove: true },
    });
    candles.applyOptions({
      upColor: variable("--candle-up"),
      wickUpColor: variable("--candle-up"),
      borderVisible: false,
      downColor: variable("--candle-down"),
      wickDownColor: variable("--candle-down"),
    });
    draw();
  }
  recolour();

  return {
    show: (bars, missing, actions) => {
      shown = { bars, missing, actions };
      draw();
    },
    averages: (lengths) => {
      averages = lengths;
      drawAverages();
    },
    range: (first, last) => {
      window = { from: first, to: last };
      showWindow();
    },
    logarithmic: (on) => {
      candles.priceScale().applyOptions({ mode: on ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal });
    },
    point: (bar) => {
      if (bar) chart.setCrosshairPosition(bar.close, bar.session, candles);
      else chart.clearCrosshairPosition();
    },
    recolour,
    remove: () => {
      chart.remove();
    },
  };
}
