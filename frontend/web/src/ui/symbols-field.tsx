import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

import { symbolsOf } from "@/lib/symbols";

/** A field for some symbols; what they are is handed on once nobody types. */
export function SymbolsField({
  value,
  change,
  label,
  placeholder,
  clear,
  className,
}: {
  value: string | undefined;
  change: (symbols: string | undefined) => void;
  label: string;
  placeholder: string;
  /** What the button says that empties it. */
  clear: string;
  className?: string;
}) {
  const [typed, setTyped] = useState(value ?? "");
  const [addressed, setAddressed] = useState(value);
  if (addressed !== value) {
    // The address changed by other means: the field follows.
    setAddressed(value);
    if (symbolsOf(typed) !== value) setTyped(value ?? "");
  }
  const find = useDebouncedCallback((text: string) => {
    change(symbolsOf(text));
  }, 350);
  return (
    <TextInput
      className={className}
      size="sm"
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        find(event.currentTarget.value);
      }}
      rightSection={
        typed && (
          <CloseButton
            size="sm"
            aria-label={clear}
            onClick={() => {
              setTyped("");
              change(undefined);
            }}
          />
        )
      }
    />
  );
}
