import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSettings,
  IconSun,
  IconUser,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { sessionQuery, useSignOut } from "@/api/session";
import { isMac } from "@/lib/shortcuts";
import { Kbd } from "@/ui/parts";

import { destinations } from "./destinations";
import { openPalette } from "./Palette";
import classes from "./shell.module.css";

const SCHEMES: { value: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
  { value: "auto", label: "System", icon: IconDeviceDesktop },
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
];

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = SCHEMES.find((scheme) => scheme.value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end" width={170}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Theme: ${colorScheme}`}>
          <Current size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Theme</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(value) => {
            setColorScheme(value as MantineColorScheme);
          }}
        >
          {SCHEMES.map(({ value, label, icon: Icon }) => (
            <Menu.RadioItem key={value} value={value} closeMenuOnClick>
              <span className={classes.choice}>
                <Icon size={16} stroke={1.7} aria-hidden="true" />
                {label}
              </span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu({ onHelp }: { onHelp: () => void }) {
  const user = useQuery(sessionQuery).data;
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Account: ${user?.username ?? ""}`}>
          <IconUser size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {user?.username}</Menu.Label>
        <Menu.Item leftSection={<IconKeyboard size={16} stroke={1.7} />} rightSection={<Kbd>?</Kbd>} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        {user?.is_staff && (
          <Menu.Item component="a" href="/admin/" leftSection={<IconSettings size={16} stroke={1.7} />}>
            Administration
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} stroke={1.7} />}
          onClick={() => {
            signOut.mutate();
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Header({ onHelp }: { onHelp: () => void }) {
  return (
    <header className={classes.header}>
      <Link to="/markets" className={classes.brand}>
        <img src="/favicon.svg" alt="" width={26} height={26} />
        Investment
      </Link>
      <nav className={classes.nav} aria-label="Main">
        {destinations.map((page) => (
          <Link
            key={page.to}
            to={page.to}
            className={classes.navLink}
            activeProps={{ "aria-current": "page" }}
            data-tip={`${page.hint}  (g ${page.key})`}
          >
            {page.label}
          </Link>
        ))}
      </nav>
      <button type="button" className={classes.search} onClick={openPalette}>
        <IconSearch size={16} stroke={1.8} aria-hidden="true" />
        <span>Search symbols, names, pages</span>
        <Kbd>{isMac() ? "⌘" : "Ctrl"} K</Kbd>
      </button>
      <div className={classes.tools}>
        <ThemeSwitch />
        <UserMenu onHelp={onHelp} />
      </div>
    </header>
  );
}
