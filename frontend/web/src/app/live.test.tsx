import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import type { Status, Stock, StockPage } from "@/api/types";
import { open } from "@/test/render";

import { respond } from "../../dev/respond.ts";

// A canvas cannot be drawn in jsdom; the browser tests see the real one.
vi.mock("lightweight-charts");

beforeEach(() => {
  window.localStorage.clear();
});

const invented = (path: string): unknown => respond("GET", path, null).json;
const told = (json: unknown) => ({ status: 200, json });

const HISTORY: Status["history"] = {
  state: "running",
  since: "2024-11-25",
  until: "2026-11-20",
  steps: [
    { name: "prices", label: "Prices of the newest session", state: "done", done: 1, total: 1, words: "500 prices of 2026-11-20" },
    { name: "actions", label: "Splits and dividends", state: "refused", done: 0, total: 8, words: "«Not in your plan»" },
    { name: "sessions", label: "Earlier sessions", state: "running", done: 125, total: 500, words: "" },
  ],
  calls_left: 375,
  estimated_end_at: "2026-11-21T07:13:20Z",
  next_try_at: null,
  words: "",
};

const NO_SOURCE = { provider: null, words: "No source of prices: put MASSIVE_API_KEY into .env and start again" };

/** An installation in which nothing is ranked yet. */
function young(changes: Partial<Status>, row: Partial<StockPage["results"][number]>) {
  const status = { ...(invented("/api/status") as Status), analysed: 0, ranked: 0, latest_ranked_session: null, ...changes };
  const page = invented("/api/stocks?limit=3") as StockPage;
  const unranked = { code: "class_unknown", text: "Its class is not known." };
  const results = page.results.map((one) => ({ ...one, score: null, rank: null, board: null, unranked, ...row }));
  return (_: string, path: string) =>
    path === "/api/status" ? told(status) : path === "/api/stocks" ? told({ ...page, count: 3, results }) : undefined;
}

test("while history comes, Markets says how far it is, what was refused, and shows prices without ranks", async () => {
  const { asked } = open("/markets", young({ history: HISTORY }, {}));
  const user = userEvent.setup();

  const strip = await screen.findByRole("region", { name: "Going live" });
  expect(strip).toHaveTextContent(/125 of 500 sessions.*about 2 h 05 min, until/);
  expect(strip).toHaveTextContent("Splits and dividends: «Not in your plan»");
  expect(within(strip).queryByRole("list")).toBeNull();
  await user.click(within(strip).getByRole("button", { name: "Steps" }));
  expect(within(strip).getAllByRole("listitem")[0]).toHaveTextContent("500 prices of 20 Nov 2026");

  expect(await screen.findByRole("note", { name: "Ranking" })).toHaveTextContent("are not known yet");
  await waitFor(() => {
    expect(asked.some((request) => request.includes("sort=-dollar_volume"))).toBe(true);
  });
});

test("without a source of prices it says so and lists who is known, by symbol", async () => {
  const none = { session: null, close: null, volume: null, source: null, stale: true };
  const { asked } = open("/markets", young({ prices: NO_SOURCE }, none));

  expect(await screen.findByRole("note", { name: "Source of prices" })).toHaveTextContent("put MASSIVE_API_KEY into .env");
  expect(screen.getByText("No source of prices")).toBeVisible();
  await waitFor(() => {
    expect(asked.some((request) => request.includes("sort=symbol"))).toBe(true);
  });
  expect(screen.queryByText(/stale/)).toBeNull();
});

test("without prices a stock is its company: the SEC is asked when somebody wants it, and what it refuses is told with its time", async () => {
  let refuse = true;
  const priceless = young({ prices: NO_SOURCE }, {});
  const { asked } = open("/stocks/AAAX", (method, path) => {
    if (path === "/api/stocks/AAAX") return told({ ...(invented(path) as Stock), latest: null, previous_close: null });
    if (method !== "POST" || !path.endsWith("/company") || !refuse) return priceless(method, path);
    refuse = false;
    return { status: 429, json: { code: "quota_exhausted", message: "No.", extra: { retry_at: "2026-11-21T05:09:00Z" } } };
  });
  const user = userEvent.setup();

  expect(await screen.findByRole("heading", { name: "No prices, and so no chart" })).toBeVisible();
  expect(screen.getByText(/put/)).toHaveTextContent("put MASSIVE_API_KEY into .env");
  await user.click(await screen.findByRole("button", { name: "Ask the SEC (1 call)" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("No call to the SEC is free at present. Try again in 40 s.");
  await user.click(screen.getByRole("button", { name: "Ask the SEC (1 call)" }));

  const filings = await screen.findByRole("region", { name: "Recent filings" });
  const link = within(filings).getByRole("link", { name: /results of operations/ });
  expect(link).toHaveAttribute("rel", "noopener noreferrer");
  expect(link).toHaveAttribute("target", "_blank");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(asked.filter((request) => /^POST .*\/company$/.test(request))).toHaveLength(2);
});

test("Currencies shows rates with their day, converts by them, and keeps the choice in the address", async () => {
  open("/currencies");
  const user = userEvent.setup();

  const rowOf = async (name: string) => (await screen.findByText(name)).closest("tr");
  expect(await rowOf("US Dollar")).toHaveTextContent("1.1539");
  expect(screen.getByLabelText("Result")).toHaveTextContent("100.00 EUR is115.39 USD");
  await user.click(screen.getByLabelText("Swap the two currencies"));
  expect(screen.getByLabelText("Result")).toHaveTextContent("100.00 USD is86.66 EUR");
  expect(window.location.search).toBe("?from=USD&to=EUR");

  // Not through userEvent, which takes a second for a list of thirty.
  fireEvent.change(screen.getByLabelText("Base currency"), { target: { value: "USD" } });
  expect(await rowOf("Euro")).toHaveTextContent("0.866626");
});

test("no exchange rates yet is not an error, and whom figures come from is told at the foot", async () => {
  const nothing = { base: "EUR", day: null, rates: [], source: null, history_from: null, words: "They come in the background." };
  open("/currencies", (_, path) => (path === "/api/fx/rates" ? told(nothing) : undefined));

  expect(await screen.findByRole("heading", { name: "No exchange rates yet" })).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByText("Source: ECB")).toHaveAttribute("href", "https://www.ecb.europa.eu");
});
