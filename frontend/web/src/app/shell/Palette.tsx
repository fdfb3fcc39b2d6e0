import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconKeyboard, IconLogout, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { answer, client } from "@/api/client";
import { useSignOut } from "@/api/session";
import { kind } from "@/lib/format";
import { remembered, useRecents } from "@/lib/recents";

import { destinations } from "./destinations";
import classes from "./shell.module.css";

const [store, spotlight] = createSpotlight();

export function openPalette(): void {
  spotlight.open();
}

const found = (search: string) =>
  queryOptions({
    queryKey: ["palette", search],
    queryFn: ({ signal }) => answer(client.GET("/api/stocks", { params: { query: { search, limit: 8 } }, signal })),
    enabled: search !== "",
    placeholderData: search === "" ? undefined : keepPreviousData,
  });

interface Command {
  id: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  run: () => void;
}

function Group({ label, commands }: { label: string; commands: Command[] }) {
  if (commands.length === 0) return null;
  return (
    <Spotlight.ActionsGroup label={label}>
      {commands.map((command) => (
        <Spotlight.Action
          key={command.id}
          label={command.label}
          description={command.hint}
          leftSection={command.icon}
          onClick={command.run}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
}

/** Symbols, pages and actions by name. */
export function Palette({ onHelp }: { onHelp: () => void }) {
  const [query, setQuery] = useState("");
  const [search] = useDebouncedValue(query.trim(), 120);
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { data, isFetching } = useQuery(found(search));
  const recents = useRecents();

  const open = (symbol: string, name: string): void => {
    remembered(symbol, name);
    void navigate({ to: "/stocks/$symbol", params: { symbol } });
  };
  const ticker = (symbol: string) => <span className={classes.ticker}>{symbol}</span>;
  const stocks: Command[] = query.trim()
    ? (data?.results ?? []).map((row) => ({
        id: row.symbol,
        label: row.name || row.symbol,
        hint: [kind(row.kind), row.exchange].filter(Boolean).join(" · "),
        icon: ticker(row.symbol),
        run: () => {
          open(row.symbol, row.name);
        },
      }))
    : recents.map((recent) => ({
        id: recent.symbol,
        label: recent.name || recent.symbol,
        icon: ticker(recent.symbol),
        run: () => {
          open(recent.symbol, recent.name);
        },
      }));

  const matches = (command: Command) => command.label.toLowerCase().includes(query.trim().toLowerCase());
  const pages: Command[] = destinations
    .map(({ to, label, hint, icon: Icon }) => ({
      id: to,
      label,
      hint,
      icon: <Icon size={18} stroke={1.7} />,
      run: () => void navigate({ to }),
    }))
    .filter(matches);
  const dark = colorScheme === "dark";
  const actions: Command[] = [
    {
      id: "theme",
      label: dark ? "Switch to light theme" : "Switch to dark theme",
      icon: dark ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />,
      run: () => {
        setColorScheme(dark ? "light" : "dark");
      },
    },
    { id: "help", label: "Keyboard shortcuts", icon: <IconKeyboard size={18} stroke={1.7} />, run: onHelp },
    {
      id: "out",
      label: "Sign out",
      icon: <IconLogout size={18} stroke={1.7} />,
      run: () => {
        signOut.mutate();
      },
    },
  ].filter(matches);
  const nothing = stocks.length + pages.length + actions.length === 0;

  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      clearQueryOnClose
      scrollable
      maxHeight={420}
      radius="lg"
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
    >
      <Spotlight.Search
        placeholder="Symbol, name, page or action"
        aria-label="Search symbols, pages and actions"
        leftSection={<IconSearch size={18} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        <Group label={query.trim() ? "Stocks" : "Recent"} commands={stocks} />
        <Group label="Pages" commands={pages} />
        <Group label="Actions" commands={actions} />
        {nothing && (
          <Spotlight.Empty>{isFetching || search !== query.trim() ? "Searching …" : "Nothing has this name."}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
