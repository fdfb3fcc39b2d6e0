import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const brand: MantineColorsTuple = [
  "#eef2fe",
  "#dce4fb",
  "#b8c8f6",
  "#8fa8ff",
  "#6a87ee",
  "#4d6fe3",
  "#3457d5",
  "#2b4abc",
  "#233d9d",
  "#1a2f7d",
];

const dark: MantineColorsTuple = [
  "#e9ecf2",
  "#b6beca",
  "#8e98a8",
  "#5c6675",
  "#3a4352",
  "#262d38",
  "#191e27",
  "#14181f",
  "#0f1319",
  "#0d1015",
];

export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: 6,
  colors: { brand, dark },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  headings: { fontFamily: "var(--font)", fontWeight: "650" },
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
});

const ours = {
  "--mantine-color-body": "var(--bg)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-default": "var(--panel)",
  "--mantine-color-default-border": "var(--border-strong)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-anchor": "var(--accent)",
};

/** Mantine's components take their neutral colours from theme.css, as everything else does. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
