import { Button, Drawer, NumberInput, Popover, Select } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { useState } from "react";

import { kind, money } from "@/lib/format";

import { SORTS } from "./columns";
import classes from "./markets.module.css";
import { filterCount, type MarketsSearch } from "./search";

type Change = (next: Partial<MarketsSearch>) => void;

const KINDS = ["common_stock", "adr", "etf", "preferred", "warrant", "right", "unit", "fund", "other", "unknown"];
const EXCHANGES: Record<string, string> = {
  XNAS: "Nasdaq",
  XNYS: "New York Stock Exchange",
  XASE: "NYSE American",
  ARCX: "NYSE Arca",
  BATS: "Cboe BZX",
};

function exchange(code: string): string {
  return EXCHANGES[code] ?? code;
}

function Fields({ search, change, narrow, sort }: { search: MarketsSearch; change: Change; narrow: boolean; sort: string }) {
  const size = narrow ? "md" : "sm";
  // In the popover the list must count as inside; in the sheet it must not be cut off.
  const list = { withinPortal: narrow };
  return (
    <div className={classes.fields}>
      {narrow && (
        <Select
          label="Sort by"
          size={size}
          data={SORTS.some((option) => option.value === sort) ? SORTS : [...SORTS, { value: sort, label: sort }]}
          value={sort}
          allowDeselect={false}
          comboboxProps={list}
          onChange={(value) => {
            change({ sort: value ?? undefined });
          }}
        />
      )}
      <Select
        label="Kind"
        size={size}
        placeholder="Any"
        clearable
        clearButtonProps={{ "aria-label": "Any kind" }}
        data={KINDS.map((code) => ({ value: code, label: kind(code) }))}
        value={search.kind ?? null}
        comboboxProps={list}
        onChange={(value) => {
          change({ kind: value ?? undefined });
        }}
      />
      <Select
        label="Exchange"
        size={size}
        placeholder="Any"
        clearable
        clearButtonProps={{ "aria-label": "Any exchange" }}
        data={Object.entries(EXCHANGES).map(([value, label]) => ({ value, label }))}
        value={search.exchange ?? null}
        comboboxProps={list}
        onChange={(value) => {
          change({ exchange: value ?? undefined });
        }}
      />
      <NumberInput
        label="Price, at least"
        size={size}
        prefix="$"
        min={0}
        placeholder="$0"
        value={search.min_price ?? ""}
        onChange={(value) => {
          change({ min_price: Number(value) > 0 ? Number(value) : undefined });
        }}
      />
      <NumberInput
        label="Score, at least"
        size={size}
        min={0}
        max={100}
        placeholder="0"
        value={search.min_score ?? ""}
        onChange={(value) => {
          change({ min_score: Number(value) > 0 ? Number(value) : undefined });
        }}
      />
      {filterCount(search) > 0 && (
        <Button
          variant="default"
          size={size}
          onClick={() => {
            change({ kind: undefined, exchange: undefined, min_price: undefined, min_score: undefined });
          }}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** The filters, in a popover on a wide screen and a sheet on a narrow one. */
export function Filters(props: { search: MarketsSearch; change: Change; narrow: boolean; sort: string }) {
  const [open, setOpen] = useState(false);
  const active = filterCount(props.search);
  const button = (
    <Button
      variant="default"
      size={props.narrow ? "md" : "sm"}
      px={props.narrow ? 12 : undefined}
      leftSection={<IconAdjustmentsHorizontal size={17} stroke={1.7} />}
      aria-expanded={open}
      onClick={() => {
        setOpen((was) => !was);
      }}
    >
      {props.narrow ? "Sort, filter" : "Filters"}
      {active > 0 && <span className={classes.badge}>{active}</span>}
    </Button>
  );
  if (props.narrow) {
    return (
      <>
        {button}
        <Drawer
          opened={open}
          onClose={() => {
            setOpen(false);
          }}
          position="bottom"
          size="auto"
          title="Sort and filter"
          radius="lg"
          styles={{ content: { height: "auto", maxHeight: "90dvh" } }}
        >
          <Fields {...props} />
          <Button
            fullWidth
            size="md"
            mt="md"
            mb="sm"
            onClick={() => {
              setOpen(false);
            }}
          >
            Show
          </Button>
        </Drawer>
      </>
    );
  }
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={260} shadow="md" trapFocus>
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown aria-label="Filters">
        <Fields {...props} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The filters that are set; each can be taken off. */
export function FilterChips({ search, change }: { search: MarketsSearch; change: Change }) {
  const chips: { key: keyof MarketsSearch; label: string }[] = [];
  if (search.kind) chips.push({ key: "kind", label: kind(search.kind) });
  if (search.exchange) chips.push({ key: "exchange", label: exchange(search.exchange) });
  if (search.min_price) chips.push({ key: "min_price", label: `Price ≥ ${money(search.min_price, "USD")}` });
  if (search.min_score) chips.push({ key: "min_score", label: `Score ≥ ${String(search.min_score)}` });
  if (chips.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label="Active filters">
      {chips.map(({ key, label }) => (
        <li key={key}>
          <button
            type="button"
            aria-label={`Remove filter: ${label}`}
            onClick={() => {
              change({ [key]: undefined });
            }}
          >
            {label}
            <IconX size={13} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
