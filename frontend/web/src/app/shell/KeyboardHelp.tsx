import { Modal } from "@mantine/core";

import { isMac, useActiveShortcuts, type Shortcut } from "@/lib/shortcuts";
import { Kbd } from "@/ui/parts";

import classes from "./shell.module.css";

const GROUPS: Shortcut["group"][] = ["Anywhere", "Go to", "Tables", "Chart"];
const NAMES: Record<string, string> = { Enter: "↵", Escape: "Esc", ArrowLeft: "←", ArrowRight: "→" };

function Key({ keys }: { keys: string }) {
  return keys
    .split(" ")
    .map((key) => (
      <Kbd key={key}>
        {key.startsWith("Mod+") ? `${isMac() ? "⌘" : "Ctrl"} ${key.slice(4).toUpperCase()}` : (NAMES[key] ?? key)}
      </Kbd>
    ));
}

/** One line for each thing that can be done, with all keys that do it; a longer run of keys shows its ends. */
function Rows({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  return [...new Set(shortcuts.map((shortcut) => shortcut.label))].map((label) => {
    const all = shortcuts.filter((shortcut) => shortcut.label === label).map((shortcut) => shortcut.keys);
    const [first, last] = [all[0] ?? "", all.at(-1) ?? ""];
    return (
      <div key={label}>
        <dt className={classes.keys}>
          <Key keys={first} />
          {all.length > 1 && (
            <>
              {all.length > 2 ? "…" : "or"} <Key keys={last} />
            </>
          )}
        </dt>
        <dd>{label}</dd>
      </div>
    );
  });
}

/** The shortcuts that work on the page one is on. */
export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const shortcuts = useActiveShortcuts();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="lg" radius="lg" centered>
      <div className={classes.help}>
        {GROUPS.map((group) => {
          const ours = shortcuts.filter((shortcut) => shortcut.group === group);
          return (
            ours.length > 0 && (
              <section key={group}>
                <h3>{group}</h3>
                <dl>
                  <Rows shortcuts={ours} />
                </dl>
              </section>
            )
          );
        })}
      </div>
    </Modal>
  );
}
