import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";

import { Announcer } from "@/ui/announcer";
import { TipLayer } from "@/ui/tips";

import { makeQueryClient } from "./query-client";
import { makeRouter } from "./router";
import { cssVariables, theme } from "./theme";

/** The whole dashboard. */
export function App() {
  const [{ queries, router }] = useState(() => {
    const client = makeQueryClient(() => {
      const { pathname, href } = made.state.location;
      if (pathname !== "/login") void made.navigate({ to: "/login", search: { next: href } });
    });
    const made = makeRouter(client);
    return { queries: client, router: made };
  });
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <TipLayer />
        <Announcer />
      </QueryClientProvider>
    </MantineProvider>
  );
}
