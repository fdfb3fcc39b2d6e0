import { useStatus } from "@/api/status";

import classes from "./shell.module.css";

/** At the foot of every page: whom the figures come from, where their terms ask for it. */
export function Attributions() {
  const status = useStatus();
  const attributions = status?.attributions ?? [];
  // Nobody should take invented figures for theirs.
  const played = status?.synthetic ? " (sandbox)" : "";
  if (attributions.length === 0) return null;
  return (
    <footer className={classes.credits} aria-label="Sources">
      <ul>
        {attributions.map(({ provider, text, where, link }) => (
          <li key={provider} data-tip={where ? `Asked for ${where}` : undefined}>
            {link ? (
              <a href={link} target="_blank" rel="noopener noreferrer">
                {text}
              </a>
            ) : (
              text
            )}
            {played}
          </li>
        ))}
      </ul>
    </footer>
  );
}
