import { Modal } from "@mantine/core";

import { isMac, useActiveShortcuts, type Shortcut } from "@/lib/shortcuts";
import { Kbd } from "@/ui/parts";

import classes from "./shell.module.css";

const GROUPS: Shortcut["group"][] = ["Anywhere", "Go to", "Tables", "Chart"];
const NAMES: Record<string, string> = { Enter: "↵", Escape: "Esc", ArrowLeft: "←", ArrowRight: "→" };

function Keys({ keys }: { keys: string }) {
  return (
    <span className={classes.keys}>
      {keys.split(" ").map((key, index) => (
        <Kbd key={index}>{key.startsWith("Mod+") ? `${isMac() ? "⌘" : "Ctrl"} ${key.slice(4).toUpperCase()}` : (NAMES[key] ?? key)}</Kbd>
      ))}
    </span>
  );
}

/** The shortcuts that work on the page one is on. */
export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const shortcuts = useActiveShortcuts();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="lg" radius="lg" centered>
      <div className={classes.help}>
        {GROUPS.map((group) => {
          const rows = shortcuts.filter((shortcut) => shortcut.group === group);
          return (
            rows.length > 0 && (
              <section key={group}>
                <h3>{group}</h3>
                <dl>
                  {rows.map((shortcut) => (
                    <div key={shortcut.keys}>
                      <dt>
                        <Keys keys={shortcut.keys} />
                      </dt>
                      <dd>{shortcut.label}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            )
          );
        })}
      </div>
    </Modal>
  );
}
