import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";

import { Failure } from "@/ui/failure";
import { Notice } from "@/ui/parts";

export function NotFoundPage() {
  return (
    <Notice
      icon={<IconMapOff size={34} stroke={1.5} aria-hidden="true" />}
      title="There is no such page"
      actions={
        <Button component={Link} to="/markets" variant="default">
          Go to Markets
        </Button>
      }
    >
      The address may be mistyped, or the page may have moved.
    </Notice>
  );
}

/** What a page shows when it could not be shown at all. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Failure
      error={error instanceof Error ? error : new Error(String(error))}
      what="This page"
      retry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}
