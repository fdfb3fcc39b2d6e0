import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import { Told } from "./told";

test("commands and settings are set apart from the sentence around them", () => {
  const { container } = render(
    <Told words="Put SEC_CONTACT into .env, or run manage.py accept_terms massive. The SEC and an ECB rate; manage.py run_session --stored does it." />,
  );

  expect([...container.querySelectorAll("code")].map((code) => code.textContent)).toEqual([
    "SEC_CONTACT",
    ".env",
    "manage.py accept_terms massive",
    "manage.py run_session --stored",
  ]);
  expect(container).toHaveTextContent("The SEC and an ECB rate; manage.py run_session --stored does it.");
});
