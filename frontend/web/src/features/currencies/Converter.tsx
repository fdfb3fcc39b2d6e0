import { ActionIcon, NativeSelect, NumberInput } from "@mantine/core";
import { IconArrowsUpDown } from "@tabler/icons-react";
import { useId } from "react";

import type { FxRates } from "@/api/types";
import { day, sourceName } from "@/lib/format";
import { Panel } from "@/ui/parts";

import classes from "./currencies.module.css";
import { amountText, convert, EURO } from "./rates";
import type { CurrenciesSearch } from "./search";

interface Props {
  /** Against the euro, as published. */
  euro: FxRates;
  choices: { value: string; label: string }[];
  search: CurrenciesSearch;
  change: (next: Partial<CurrenciesSearch>) => void;
}

const AMOUNT = 100;

/** An amount in another currency, by the rates of the table. */
export function Converter({ euro, choices, search, change }: Props) {
  const title = useId();
  const amount = search.amount ?? AMOUNT;
  const from = search.from ?? EURO;
  const to = search.to ?? (from === "USD" ? EURO : "USD");
  const converted = convert(amount, from, to, euro);
  return (
    <Panel className={classes.converter}>
      <h2 id={title}>Convert</h2>
      <div role="group" aria-labelledby={title} className={classes.fields}>
        <NumberInput
          label="Amount"
          value={amount}
          min={0}
          max={999_999_999_999}
          clampBehavior="strict"
          decimalScale={4}
          thousandSeparator=","
          hideControls
          onChange={(value) => {
            if (value !== "") change({ amount: Number(value) === AMOUNT ? undefined : Number(value) });
          }}
        />
        <div className={classes.pair}>
          <NativeSelect
            label="From"
            data={choices}
            value={from}
            onChange={(event) => {
              change({ from: event.currentTarget.value, to });
            }}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Swap the two currencies"
            data-tip="Swap the two currencies"
            onClick={() => {
              change({ from: to, to: from });
            }}
          >
            <IconArrowsUpDown size={17} stroke={1.7} />
          </ActionIcon>
          <NativeSelect
            label="To"
            data={choices}
            value={to}
            onChange={(event) => {
              change({ from, to: event.currentTarget.value });
            }}
          />
        </div>
      </div>
      <output className={classes.result} aria-label="Result">
        {converted ? (
          <>
            <small>{amountText(amount, from)} is</small>
            <strong>{amountText(converted.amount, to)}</strong>
          </>
        ) : (
          <>
            <small>{amountText(amount, from)} is</small>
            <strong>—</strong>
          </>
        )}
      </output>
      <p className={classes.note}>
        {converted ? (
          <>
            1 {from} = {converted.one} {to}, by the rates of {day(converted.day)}
            {euro.source && ` (${sourceName(euro.source.provider)})`}: for reference, no bank trades at them.
          </>
        ) : (
          `No rate of ${choices.some((choice) => choice.value === from) ? to : from} is known on ${day(euro.day)}.`
        )}
      </p>
    </Panel>
  );
}
