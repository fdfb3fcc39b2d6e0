import { Button } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";

import { ApiError, Unreachable } from "@/api/errors";

import { Notice } from "./parts";

/** An error in the words of whoever refused, and what to do about it. */
export function Failure({ error, retry, what }: { error: Error; retry?: () => void; what: string }) {
  const offline = error instanceof Unreachable;
  const Icon = offline ? IconPlugConnectedX : IconAlertTriangle;
  const advice = offline
    ? navigator.onLine
      ? "Check that the platform is running, then try again."
      : "You are offline. Connect, then try again."
    : error instanceof ApiError && error.status >= 500
      ? "The server's log has the details. Try again in a moment."
      : "";
  return (
    <Notice
      alert
      icon={<Icon size={34} stroke={1.5} aria-hidden="true" />}
      title={`${what} could not be loaded`}
      actions={
        retry && (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      {error.message} {advice}
    </Notice>
  );
}
