import { createTheme, type MantineColorsTuple } from "@mantine/core";

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
  primaryShade: { light: 6, dark: 5 },
  colors: { brand, dark },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  headings: { fontFamily: "var(--font)", fontWeight: "650" },
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
});
