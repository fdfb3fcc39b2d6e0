import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { open } from "@/test/render";

// A canvas cannot be drawn in jsdom; the browser tests see the real one.
vi.mock("lightweight-charts");

const refused = { status: 401, json: { code: "not_authenticated", message: "Sign in first.", extra: {} } };

beforeEach(() => {
  window.localStorage.clear();
});

test("a stranger is asked to sign in and then sees what they came for", async () => {
  let signedIn = false;
  open("/runs", (method, path) => {
    if (path === "/api/session" && method === "POST") signedIn = true;
    return signedIn ? undefined : refused;
  });
  const user = userEvent.setup();

  await user.type(await screen.findByLabelText("Username"), "admin");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));

  expect(await screen.findByRole("heading", { name: "Activity" })).toBeVisible();
  expect(window.location.pathname).toBe("/runs");
});

test("a wrong password is told in words", async () => {
  open("/login", (method, path) =>
    path !== "/api/session"
      ? undefined
      : method === "POST"
        ? { status: 400, json: { code: "invalid_credentials", message: "No.", extra: {} } }
        : refused,
  );
  const user = userEvent.setup();

  await user.type(await screen.findByLabelText("Username"), "admin");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");

  expect(await screen.findByRole("alert")).toHaveTextContent("The username or the password is not right.");
});

test("nobody is led to another site after signing in", async () => {
  open("/login?next=//evil.example/", (_, path) => (path === "/api/session" ? undefined : refused));

  expect(await screen.findByLabelText("Username")).toBeVisible();
  await waitFor(() => {
    expect(window.location.search).not.toContain("evil");
  });
});

test("Markets sorts on the server and says how it is sorted", async () => {
  const { asked } = open("/markets");
  const user = userEvent.setup();

  await user.click(await screen.findByRole("button", { name: "Price" }));

  await waitFor(() => {
    expect(asked.some((request) => request.includes("sort=-close"))).toBe(true);
  });
  expect(screen.getByRole("columnheader", { name: "Price" })).toHaveAttribute("aria-sort", "descending");
  expect(window.location.search).toContain("sort=-close");
});

test("a search that finds nothing is not taken for a market without data", async () => {
  open("/markets?q=nosuchname");

  expect(await screen.findByRole("heading", { name: "Nothing matches" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Clear search and filters" })).toBeVisible();
});

test("a refusal is shown in the words of the API, with a way on", async () => {
  open("/markets", (_, path) =>
    path === "/api/stocks"
      ? { status: 400, json: { code: "invalid", message: "The table is being rebuilt.", extra: {} } }
      : undefined,
  );

  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("The list could not be loaded");
  expect(alert).toHaveTextContent("The table is being rebuilt.");
  expect(within(alert).getByRole("button", { name: "Try again" })).toBeVisible();
});

test("where the adjusted series is unknown, the page says why and offers raw prices", async () => {
  const reason = "Its dividends are not known: the provider answered «not entitled».";
  const { asked } = open("/stocks/ECD", (_, path) =>
    path === "/api/stocks/ECD/prices"
      ? {
          status: 200,
          json: { symbol: "ECD", adjust: "all", currency: "USD", from: null, to: null, known: false, reason, bars: [], missing: [], actions: [], sources: [] },
        }
      : undefined,
  );
  const user = userEvent.setup();

  expect(await screen.findByText(reason)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show raw prices" }));

  await waitFor(() => {
    expect(asked.some((request) => request.includes("prices?adjust=none"))).toBe(true);
  });
});

test("keys lead from page to page, but not out of a field", async () => {
  open("/markets");
  const user = userEvent.setup();
  await screen.findByRole("heading", { name: "Markets" });

  await user.click(screen.getByLabelText("Find by symbol or name"));
  await user.keyboard("ga");
  expect(screen.getByRole("heading", { name: "Markets" })).toBeVisible();

  await user.tab();
  await user.keyboard("ga");
  expect(await screen.findByRole("heading", { name: "Activity" })).toBeVisible();
});

test("Activity lists what is wrong with the data, and nothing where nothing is", async () => {
  const first = open("/runs");
  const issues = await screen.findByRole("region", { name: /Data issues/ });
  expect(await within(issues).findByText(/One row of 20 Nov 2026 was put in quarantine/)).toBeVisible();
  expect(issues).toHaveTextContent("seen 3 times");
  expect(within(issues).getByRole("link").getAttribute("href")).toMatch(/^\/stocks\/\w+\?tab=data$/);
  expect(first.asked).toContain("GET /api/issues?open=true&limit=20&offset=0");
  cleanup();

  open("/runs", (_, path) => (path === "/api/issues" ? { status: 200, json: { count: 0, results: [] } } : undefined));
  await screen.findByRole("list", { name: "Runs" });
  await waitFor(() => {
    expect(screen.queryByRole("heading", { name: /Data issues/ })).toBeNull();
  });
});

test("data issues that cannot be read leave the runs readable", async () => {
  open("/runs", (_, path) =>
    path === "/api/issues" ? { status: 400, json: { code: "invalid", message: "Not now.", extra: {} } } : undefined,
  );

  expect(await screen.findByRole("alert")).toHaveTextContent("The data issues could not be loaded");
  expect(await screen.findByRole("list", { name: "Runs" })).toBeVisible();
});

test("a figure on prices as traded bears a star that is explained", async () => {
  open("/stocks/AAK?tab=analysis");

  expect(await screen.findByText("* On prices as traded: splits are not known.")).toBeVisible();
  const noted = screen.getAllByText(/, on prices as traded/).map((words) => words.parentElement);
  expect(noted[0]).toHaveTextContent("131.22*");
  expect(noted[0]).toHaveAttribute("data-tip", "On prices as traded: splits are not known.");
  expect(noted).toHaveLength(5);
});
