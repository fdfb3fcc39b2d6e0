import { flexRender, getCoreRowModel, useReactTable, type Header } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, type MouseEvent, type RefObject } from "react";

import { number, price } from "@/lib/format";
import { useShortcuts } from "@/lib/shortcuts";
import { Change, ScoreBar } from "@/ui/figures";

import { columnsFor, type Place } from "./columns";
import { PAGE, type Stocks } from "./queries";
import type { Board, Known } from "./search";
import classes from "./table.module.css";

interface Props {
  stocks: Stocks;
  board: Board;
  known: Known;
  sort: string;
  narrow: boolean;
  /** Changes whenever the list is another one; the table then starts at its top. */
  identity: string;
  onSort: (sort: string) => void;
  onPages: (pages: number[]) => void;
}

const ROW = 54;
const ROW_NARROW = 64;

function SortHeader({ header, sort, onSort }: { header: Header<Place, unknown>; sort: string; onSort: Props["onSort"] }) {
  const meta = header.column.columnDef.meta;
  const label = flexRender(header.column.columnDef.header, header.getContext());
  if (!meta?.sort) return <span data-tip={meta?.tip}>{label}</span>;
  const current = sort === meta.sort ? "ascending" : sort === `-${meta.sort}` ? "descending" : null;
  const key = meta.sort;
  const next = current ? (current === "ascending" ? "descending" : "ascending") : meta.first;
  return (
    <button
      type="button"
      className={classes.sort}
      data-active={current ?? undefined}
      data-tip={meta.tip}
      onClick={() => {
        onSort(next === "descending" ? `-${key}` : key);
      }}
    >
      {label}
      <svg viewBox="0 0 10 9" width="8" height="7" aria-hidden="true">
        <path d={(current ?? next) === "ascending" ? "M5 0 10 9H0z" : "M5 9 0 0h10z"} fill="currentColor" />
      </svg>
    </button>
  );
}

/** The row that the keyboard is on. */
function useCurrentRow(identity: string, count: number, scrollTo: (index: number) => void, frame: RefObject<HTMLElement | null>) {
  const [current, setCurrent] = useState(-1);
  const [list, setList] = useState(identity);
  if (list !== identity) {
    setList(identity);
    setCurrent(-1);
  }
  const focusRow = useCallback(
    (index: number) => {
      if (count === 0) return;
      const target = Math.max(0, Math.min(count - 1, index));
      const focus = (): boolean => {
        const link = frame.current?.querySelector<HTMLElement>(`[data-index="${String(target)}"] [data-row-link]`);
        link?.focus({ preventScroll: true });
        return link instanceof HTMLElement;
      };
      setCurrent(target);
      scrollTo(target);
      // At once, so that Enter may follow quickly; a row that is far away has to be rendered first.
      if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
    },
    [count, frame, scrollTo],
  );
  return { current, setCurrent, focusRow };
}

export function StockTable({ stocks, board, known, sort, narrow, identity, onSort, onPages }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const columns = useMemo(() => columnsFor(board, known), [board, known]);
  const size = narrow ? ROW_NARROW : ROW;
  // eslint-disable-next-line react-hooks/incompatible-library -- this component is not memoised by the compiler
  const virtual = useVirtualizer({
    count: stocks.count,
    getScrollElement: () => frame.current,
    estimateSize: () => size,
    overscan: 8,
    scrollPaddingStart: narrow ? 0 : 44,
  });
  const items = virtual.getVirtualItems();
  useEffect(() => {
    virtual.measure();
  }, [size, virtual]);

  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const firstPage = Math.floor(first / PAGE);
  const lastPage = Math.floor(last / PAGE);
  useEffect(() => {
    onPages(Array.from({ length: lastPage - firstPage + 1 }, (_, step) => firstPage + step));
  }, [firstPage, lastPage, onPages]);

  useEffect(() => {
    frame.current?.scrollTo({ top: 0 });
  }, [identity]);

  const scrollTo = useCallback(
    (index: number) => {
      virtual.scrollToIndex(index, { align: "auto" });
    },
    [virtual],
  );
  const { current, setCurrent, focusRow } = useCurrentRow(identity, stocks.count, scrollTo, frame);
  useShortcuts([
    { keys: "j", label: "Next row", group: "Tables", run: () => { focusRow(current + 1); } },
    { keys: "k", label: "Previous row", group: "Tables", run: () => { focusRow(current < 0 ? 0 : current - 1); } },
    {
      keys: "o",
      label: "Open the row (or Enter)",
      group: "Tables",
      run: () => {
        const row = stocks.at(current);
        if (row) open(row.symbol);
      },
    },
  ]);

  function open(symbol: string): void {
    void navigate({ to: "/stocks/$symbol", params: { symbol } });
  }

  const places: Place[] = items.map((item) => ({
    index: item.index,
    row: stocks.at(item.index),
    current: item.index === current,
  }));
  const table = useReactTable({
    data: places,
    columns,
    getRowId: (place) => String(place.index),
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    // The rows change as one scrolls; resetting state that this table does not use would render it for ever.
    autoResetAll: false,
  });
  const template = columns.map((column) => `minmax(${String(column.meta?.width)}px, ${String(column.meta?.width)}fr)`).join(" ");
  const two = board === "unranked" || known !== "scores";
  const width = columns.reduce((sum, column) => sum + (column.meta?.width ?? 0), 0);
  const rows = table.getRowModel().rows;

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- see tabIndex below
    <div
      ref={frame}
      className={classes.frame}
      data-outdated={stocks.outdated || undefined}
      aria-busy={stocks.outdated}
      role="table"
      aria-label="Stocks"
      aria-rowcount={stocks.count + 1}
      aria-colcount={narrow ? 4 : columns.length}
      // A scrolling region must be reachable by keyboard, and its rows are walked with the arrow keys.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={(event) => {
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step === 0 || (current < 0 && event.target === frame.current && step < 0)) return;
        event.preventDefault();
        focusRow(current + step);
      }}
    >
      <div className={classes.head} role="rowgroup" style={{ minWidth: narrow ? undefined : width }} hidden={narrow}>
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" className={classes.headRow} aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            {group.headers.map((header) => {
              const meta = header.column.columnDef.meta;
              const key = meta?.sort;
              return (
                <div
                  key={header.id}
                  role="columnheader"
                  className={classes.cell}
                  data-align={meta?.align ?? "right"}
                  data-sticky={header.id === "symbol" || undefined}
                  aria-sort={
                    key === undefined ? undefined : sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none"
                  }
                >
                  <SortHeader header={header} sort={sort} onSort={onSort} />
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <div
        role="rowgroup"
        className={classes.body}
        style={{ height: virtual.getTotalSize(), minWidth: narrow ? undefined : width }}
      >
        {rows.map((row, place) => {
          const item = items[place];
          if (!item) return null;
          const { index, row: stock } = row.original;
          const common = {
            role: "row",
            "data-index": index,
            "aria-rowindex": index + 2,
            "data-current": index === current || undefined,
            // Without any price there is nothing that could be out of date.
            "data-stale": stock?.stale === true && stock.session !== null ? true : undefined,
            onFocus: () => {
              setCurrent(index);
            },
            onClick: (event: MouseEvent) => {
              // The link in the row is the way for the keyboard and for new tabs; the rest is for the mouse.
              if (stock && !(event.target as Element).closest("a")) open(stock.symbol);
            },
          };
          const style = { height: size, transform: `translateY(${String(item.start)}px)` };
          if (narrow) {
            return (
              <div key={row.id} {...common} className={classes.narrowRow} data-two={two || undefined} style={style}>
                {stock ? (
                  <>
                    <div role="cell" className={classes.narrowName}>
                      <Link to="/stocks/$symbol" params={{ symbol: stock.symbol }} className={classes.cover} data-row-link>
                        {stock.symbol}
                      </Link>
                      <span className={classes.name}>{board === "unranked" ? (stock.unranked?.text ?? stock.name) : stock.name}</span>
                    </div>
                    <div role="cell" className={classes.narrowPrice}>
                      <span className={classes.price}>{price(stock.close)}</span>
                      <Change value={stock.return_1} />
                    </div>
                    {!two && (
                      <div role="cell" className={classes.narrowScore} aria-label={`Score ${number(stock.score, 0)}`}>
                        <ScoreBar value={stock.score} />
                      </div>
                    )}
                  </>
                ) : (
                  <div role="cell" className={classes.narrowName}>
                    <span className={classes.ghost} />
                    <span className={classes.ghost} data-wide />
                  </div>
                )}
              </div>
            );
          }
          return (
            <div key={row.id} {...common} className={classes.row} style={{ ...style, gridTemplateColumns: template }}>
              {row.getVisibleCells().map((cell) => (
                <div
                  key={cell.id}
                  role="cell"
                  className={classes.cell}
                  data-align={cell.column.columnDef.meta?.align ?? "right"}
                  data-sticky={cell.column.id === "symbol" || undefined}
                >
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
