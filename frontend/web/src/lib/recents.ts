import { useSyncExternalStore } from "react";

/** The stocks looked at last, in this browser. */
export interface Recent {
  symbol: string;
  name: string;
}

const KEY = "investment-recent-stocks";
const listeners = new Set<() => void>();
let recents: readonly Recent[] = read();

function isRecent(value: unknown): value is Recent {
  const fields = value as Partial<Recent> | null;
  return typeof fields?.symbol === "string" && typeof fields.name === "string";
}

function read(): Recent[] {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRecent).slice(0, 6) : [];
  } catch {
    return []; // Storage is blocked or holds something else: there are no recents.
  }
}

export function remembered(symbol: string, name: string): void {
  recents = [{ symbol, name }, ...recents.filter((recent) => recent.symbol !== symbol)].slice(0, 6);
  try {
    window.localStorage.setItem(KEY, JSON.stringify(recents));
  } catch {
    // Storage is blocked: they last as long as the page.
  }
  listeners.forEach((listener) => {
    listener();
  });
}

export function useRecents(): readonly Recent[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => recents,
  );
}
