import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { destinations } from "./destinations";
import { openPalette } from "./Palette";
import classes from "./shell.module.css";

/** The navigation of a narrow screen, where the thumb is. */
export function BottomTabs() {
  return (
    <nav className={classes.tabs} aria-label="Pages">
      {destinations.map(({ to, label, short, icon: Icon }) => (
        <Link key={to} to={to} className={classes.tab} activeProps={{ "aria-current": "page" }}>
          <Icon size={21} stroke={1.7} aria-hidden="true" />
          {short ?? label}
        </Link>
      ))}
      <button type="button" className={classes.tab} onClick={openPalette}>
        <IconSearch size={21} stroke={1.7} aria-hidden="true" />
        Search
      </button>
    </nav>
  );
}
