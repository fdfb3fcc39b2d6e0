import { CloseButton, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { LABELS, MEANINGS, type Label } from "@/lib/news";
import { sourceName } from "@/lib/format";
import type { NewsProvider, StorySearch } from "@/lib/news-search";
import { PROVIDERS } from "@/lib/news-search";

import classes from "./story-filters.module.css";

/** Search and filters over stories; what is set stands in the address. */
export function StoryFilters({
  search,
  change,
  children,
}: {
  search: StorySearch;
  change: (next: Partial<StorySearch>) => void;
  children?: ReactNode;
}) {
  const [typed, setTyped] = useState(search.q ?? "");
  const [addressed, setAddressed] = useState(search.q);
  if (addressed !== search.q) {
    // The address changed by other means: the box follows.
    setAddressed(search.q);
    if ((search.q ?? "") !== typed.trim()) setTyped(search.q ?? "");
  }
  const find = useDebouncedCallback((text: string) => {
    change({ q: text.trim() === "" ? undefined : text.trim() });
  }, 250);
  return (
    <div className={classes.filters} role="search" aria-label="Stories">
      <TextInput
        className={classes.find}
        size="sm"
        placeholder='Words, "a phrase", or, -without'
        aria-label="Search stories"
        leftSection={<IconSearch size={16} stroke={1.8} />}
        value={typed}
        maxLength={200}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
        rightSection={
          typed && (
            <CloseButton
              size="sm"
              aria-label="Clear the search"
              onClick={() => {
                setTyped("");
                change({ q: undefined });
              }}
            />
          )
        }
      />
      {children}
      <NativeSelect
        size="sm"
        aria-label="What it means"
        data={[{ value: "", label: "Any meaning" }, ...LABELS.map((label) => ({ value: label, label: MEANINGS[label].word }))]}
        value={search.sentiment ?? ""}
        onChange={(event) => {
          const value = event.currentTarget.value;
          change({ sentiment: value === "" ? undefined : (value as Label) });
        }}
      />
      <NativeSelect
        size="sm"
        aria-label="Provider"
        data={[{ value: "", label: "Any provider" }, ...PROVIDERS.map((name) => ({ value: name, label: sourceName(name) }))]}
        value={search.provider ?? ""}
        onChange={(event) => {
          const value = event.currentTarget.value;
          change({ provider: value === "" ? undefined : (value as NewsProvider) });
        }}
      />
    </div>
  );
}
