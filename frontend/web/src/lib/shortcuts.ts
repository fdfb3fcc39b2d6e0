/**
 * Keyboard shortcuts: one listener, one list, shown by the help sheet.
 *
 * A shortcut is one key («/», «j», «Enter») or two in a row («g m»). None fires while the focus is in a field or a
 * dialog is open, except those that say `always` (Ctrl/Cmd+K).
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** «g m», «/», «Mod+k». Mod is Ctrl, or Cmd on a Mac. */
  keys: string;
  label: string;
  group: "Anywhere" | "Go to" | "Tables" | "Chart";
  run: () => void;
  always?: boolean;
}

const active: Shortcut[] = [];
const listeners = new Set<() => void>();
let snapshot: readonly Shortcut[] = [];

function changed(): void {
  snapshot = [...active];
  listeners.forEach((listener) => {
    listener();
  });
}

const FIELDS = "input, textarea, select, [contenteditable='true'], [role='combobox'], [role='slider']";

function inField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

function dialogOpen(): boolean {
  return document.querySelector("[role='dialog']") !== null;
}

let pending = "";
let pendingTimer: number | undefined;

/** Enter and arrows belong to a focused link, button or tab; only letters and digits are always ours. */
function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  const typed = mod ? `Mod+${event.key.toLowerCase()}` : event.key;
  const blocked = inField(event.target) || dialogOpen();
  const sequence = pending ? `${pending} ${typed}` : typed;
  // The latest registration wins: a page may shadow the shell.
  const candidates = active.filter((shortcut) => shortcut.always === true || !blocked).reverse();
  const match =
    candidates.find((shortcut) => shortcut.keys === sequence) ??
    candidates.find((shortcut) => shortcut.keys === typed);
  window.clearTimeout(pendingTimer);
  pending = "";
  if (match) {
    event.preventDefault();
    match.run();
  } else if (!mod && candidates.some((shortcut) => shortcut.keys.startsWith(`${typed} `))) {
    pending = typed;
    pendingTimer = window.setTimeout(() => {
      pending = "";
    }, 1200);
  }
}

let listening = false;

/** Registers shortcuts while the calling component is mounted. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const shape = shortcuts.map((shortcut) => `${shortcut.keys}\n${shortcut.label}`).join("\n\n");
  useEffect(() => {
    if (!listening) {
      document.addEventListener("keydown", handle);
      listening = true;
    }
    const registered = latest.current.map((shortcut, index) => ({
      ...shortcut,
      run: () => latest.current[index]?.run(),
    }));
    active.push(...registered);
    changed();
    return () => {
      for (const shortcut of registered) active.splice(active.indexOf(shortcut), 1);
      changed();
    };
  }, [shape]);
}

/** All shortcuts that work at present. */
export function useActiveShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}

export function isMac(): boolean {
  return navigator.userAgent.includes("Mac");
}
