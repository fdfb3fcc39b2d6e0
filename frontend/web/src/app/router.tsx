import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { sessionQuery } from "@/api/session";
import { LoginPage } from "@/features/login/LoginPage";
import { calendarSearch } from "@/features/calendar/search";
import { currenciesSearch } from "@/features/currencies/search";
import { marketsSearch } from "@/features/markets/search";
import { newsSearch } from "@/features/news/search";
import { stockSearch } from "@/features/stock/search";
import { RunsPage } from "@/features/runs/RunsPage";

import { NotFoundPage, PageFailure } from "./pages";
import { Shell } from "./shell/Shell";

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet });

/** Only a path on this site: a link must not be able to send people elsewhere after signing in. */
function safeNext(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?![/\\])/.test(value) ? value : undefined;
}

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: safeNext(search.next) }),
  beforeLoad: ({ context, search }) => {
    if (context.queries.getQueryData(sessionQuery.queryKey)) throw redirect({ href: search.next ?? "/" });
  },
  component: function Login() {
    const { next } = login.useSearch();
    const navigate = login.useNavigate();
    return <LoginPage onSignedIn={() => void navigate({ href: next ?? "/" })} />;
  },
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    const user = await context.queries.query({ ...sessionQuery, staleTime: "static" });
    if (!user) {
      const next = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/login", search: { next } });
    }
  },
  component: Shell,
  errorComponent: PageFailure,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/markets" });
  },
});

const markets = createRoute({
  getParentRoute: () => shell,
  path: "/markets",
  validateSearch: marketsSearch,
  component: lazyRouteComponent(() => import("@/features/markets/MarketsPage"), "MarketsPage"),
  errorComponent: PageFailure,
});

const stock = createRoute({
  getParentRoute: () => shell,
  path: "/stocks/$symbol",
  validateSearch: stockSearch,
  component: lazyRouteComponent(() => import("@/features/stock/StockPage"), "StockPage"),
  errorComponent: PageFailure,
});

const news = createRoute({
  getParentRoute: () => shell,
  path: "/news",
  validateSearch: newsSearch,
  component: lazyRouteComponent(() => import("@/features/news/NewsPage"), "NewsPage"),
  errorComponent: PageFailure,
});

const calendar = createRoute({
  getParentRoute: () => shell,
  path: "/calendar",
  validateSearch: calendarSearch,
  component: lazyRouteComponent(() => import("@/features/calendar/CalendarPage"), "CalendarPage"),
  errorComponent: PageFailure,
});

const currencies = createRoute({
  getParentRoute: () => shell,
  path: "/currencies",
  validateSearch: currenciesSearch,
  component: lazyRouteComponent(() => import("@/features/currencies/CurrenciesPage"), "CurrenciesPage"),
  errorComponent: PageFailure,
});

const budget = createRoute({
  getParentRoute: () => shell,
  path: "/data",
  component: lazyRouteComponent(() => import("@/features/budget/BudgetPage"), "BudgetPage"),
  errorComponent: PageFailure,
});

const runs = createRoute({
  getParentRoute: () => shell,
  path: "/runs",
  component: RunsPage,
  errorComponent: PageFailure,
});

const tree = root.addChildren([login, shell.addChildren([home, markets, stock, news, calendar, currencies, budget, runs])]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultNotFoundComponent: NotFoundPage,
    defaultPreload: false,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
