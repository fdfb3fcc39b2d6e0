import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import type { ApiUsage } from "@/api/types";
import { open } from "@/test/render";

import { respond } from "../../dev/respond.ts";

// A canvas cannot be drawn in jsdom; the browser tests see the real one.
vi.mock("lightweight-charts");

beforeEach(() => {
  window.localStorage.clear();
});

const told = (json: unknown) => ({ status: 200, json });
const invented = () => respond("GET", "/api/metrics/api-usage", null).json as ApiUsage;

function changed(changes: Partial<ApiUsage>) {
  return (_: string, path: string) => (path === "/api/metrics/api-usage" ? told({ ...invented(), ...changes }) : undefined);
}

/** The card of a provider, by the heading in it. */
async function card(title: string): Promise<HTMLElement> {
  const section = (await screen.findByRole("heading", { name: title, level: 3 })).closest("section");
  if (!section) throw new Error(`There is no card of ${title}`);
  return section;
}

test("Data & Budget says what is left of every limit, what failed, and what the key does not include", async () => {
  open("/data");

  const massive = await card("Massive");
  expect(massive).toHaveTextContent("Basic plan");
  expect(massive).toHaveTextContent("Left alone in part");
  expect(massive).toHaveTextContent(/5 of 5 a minutenone freethe next in \d+ s/);
  expect(massive).toHaveTextContent("Splits failed too often: 503 Service Unavailable, five times in a row");
  expect(massive).toHaveTextContent(/tried again at \d\d:25/);
  expect(massive).toHaveTextContent("45 calls3 for people who wait40 planned2 essential2 without an answer · 1 not sent, given back");
  expect(massive).toHaveTextContent("Not in the plan 1Aggregates secondYou are not entitled to this data. Please upgrade your plan.");
  expect(massive).toHaveTextContent("Included 1Grouped daily");
  expect(massive).toHaveTextContent("Not known yet 1News");
  expect(massive).toHaveTextContent("Daily bars97%118 agreed, 3 did not");

  expect(await card("Finnhub")).toHaveTextContent(/37 of 60 a minute23 free/);
  expect(await card("Finnhub")).not.toHaveTextContent("Trust");
  const folded = screen.getByText("Not configured").closest("details");
  expect(folded).not.toHaveAttribute("open");
  expect(folded).toHaveTextContent("put NEWSAPI_API_KEY into .env");
});

test("the plan says when, whom, and what each call buys, and leads to the stock", async () => {
  open("/data");

  const calls = await screen.findByRole("region", { name: "Next calls" });
  const rows = within(calls).getAllByRole("row").slice(1);
  expect(rows).toHaveLength(10);
  expect(rows[0]).toHaveTextContent(/in \d s.*Last price.*Finnhubtakes away 123 weighted basis points/);
  expect(rows[1]).toHaveTextContent("keeps a promised age");
  expect(within(calls).getAllByRole("link")[0]).toHaveAttribute("href", expect.stringMatching(/^\/stocks\/\w+\?tab=data$/));
  expect(screen.getByRole("img", { name: /2 calls of Massive, at most 1 a minute; 2,400 calls of Finnhub, at most 48 a minute/ })).toBeVisible();
  expect(await screen.findByText("84%")).toBeVisible();
  expect(screen.getByText("84 of 100 questions cost no call.")).toBeVisible();
});

test("a planner that does not run, and one that has stopped, are told from an idle one", async () => {
  const idle = invented().providers.map((provider) => ({ ...provider, planned: 0, next_calls: [] }));
  open("/data", changed({ planned_at: null, providers: idle }));
  expect(await screen.findByRole("heading", { name: "The planner is not running" })).toBeVisible();
  cleanup();

  open("/data", changed({ planned_at: "2026-11-23T14:40:00Z" }));
  expect(await screen.findByText(/The planner has stopped: plan of/)).toBeVisible();
  cleanup();

  open("/data", changed({ providers: idle }));
  expect(await screen.findByRole("heading", { name: "No single call is planned" })).toBeVisible();
});

test("a level below full is told in words and by its place", async () => {
  open("/data", changed({ level: "essential", sentence: "Only what is held, or waits for an alert, is asked." }));

  expect(await screen.findByText("Only what is held, or waits for an alert, is asked.")).toBeVisible();
  const step = screen.getAllByRole("listitem").find((item) => item.getAttribute("aria-current") === "step");
  expect(step).toHaveTextContent("Essential (now)");
});

test("without an answer the page says so and tries again", async () => {
  let refuse = true;
  open("/data", (_, path) =>
    path === "/api/metrics/api-usage" && refuse ? { status: 400, json: { code: "invalid", message: "Not now.", extra: {} } } : undefined,
  );
  const user = userEvent.setup();

  expect(await screen.findByRole("alert")).toHaveTextContent("Data and budget could not be loaded");
  refuse = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await card("Finnhub")).toBeVisible();
});

test("a stock's data say how fresh they are, and a refresh says its price before it is made", async () => {
  const { asked } = open("/stocks/AAAX?tab=data&view=table");
  const user = userEvent.setup();

  const quote = (await screen.findByRole("heading", { name: "Last price" })).closest("li");
  expect(quote).toHaveTextContent("Older than promised");
  expect(quote).toHaveTextContent(/Next callin 1\d s/);
  expect(quote).toHaveTextContent("9 calls of finnhub that buy more come before it.");
  const bars = screen.getByRole("heading", { name: "Daily bars" }).closest("li");
  expect(bars).toHaveTextContent("Age3 days30 min of open time");
  expect(screen.queryByRole("button", { name: "Refresh: Daily bars" })).toBeNull();

  await user.click(screen.getByRole("button", { name: "Refresh: Last price" }));
  expect(await screen.findByText("1 call of Finnhub; 47 of 60 free.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Ask now" }));
  expect(await screen.findByText("It was asked for now.")).toBeVisible();
  expect(asked.filter((request) => request.endsWith("/refresh"))).toHaveLength(2);
  expect(asked.filter((request) => request.endsWith("/viewing"))).toEqual(["POST /api/stocks/AAAX/viewing"]);
});

test("the last price stands beside the close with its time and its source, never in its place", async () => {
  open("/stocks/AAAX?view=table");

  const last = await screen.findByRole("group", { name: "Last price" });
  expect(last).toHaveTextContent(/\$[\d.]+\+1\.20%Last price 20 Nov, \d\d:59 · Finnhub/);
  expect(screen.getByText(/20 Nov 2026 close/)).toBeVisible();
});

test("a refresh that nobody can pay for is told with its time", async () => {
  open("/stocks/AAAX?tab=data&view=table", (method, path) => {
    if (!path.endsWith("/refresh") || method !== "POST") return undefined;
    return { status: 429, json: { code: "quota_exhausted", message: "No.", extra: { retry_at: "2026-11-23T15:00:40Z" } } };
  });
  const user = userEvent.setup();

  await user.click(await screen.findByRole("button", { name: "Refresh: Last price" }));
  await waitFor(() => {
    expect(screen.getByRole("alert")).toHaveTextContent(/No call is free at present\. The next one is in \d\d s \(\d\d:00:40\)\./);
  });
});
