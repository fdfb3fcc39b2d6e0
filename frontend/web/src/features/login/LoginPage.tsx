import { Button, PasswordInput, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import { ApiError } from "@/api/errors";
import { useSignIn } from "@/api/session";

import classes from "./login.module.css";

function explanation(error: Error): string {
  if (error instanceof ApiError && error.code === "invalid_credentials")
    return "The username or the password is not right.";
  return error.message;
}

export function LoginPage({ onSignedIn }: { onSignedIn: () => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · Investment";
    first.current?.focus();
  }, []);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    signIn.mutate(
      { username, password },
      {
        onSuccess: onSignedIn,
        onError: () => second.current?.select(),
      },
    );
  }

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit} aria-labelledby="sign-in">
        <img src="/favicon.svg" alt="" width={44} height={44} />
        <h1 id="sign-in">Sign in to Investment</h1>
        {signIn.error && (
          <p className={classes.error} role="alert">
            <IconAlertCircle size={17} aria-hidden="true" />
            {explanation(signIn.error)}
          </p>
        )}
        <TextInput
          ref={first}
          label="Username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          required
          withAsterisk={false}
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
          }}
        />
        <PasswordInput
          ref={second}
          label="Password"
          name="password"
          autoComplete="current-password"
          size="md"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
        />
        <Button type="submit" size="md" loading={signIn.isPending} fullWidth mt={4}>
          Sign in
        </Button>
        <p className={classes.hint}>
          The first password, and a link that signs in without one, were printed in the terminal when the platform
          started.
        </p>
      </form>
    </main>
  );
}
