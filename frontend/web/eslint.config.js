import { readdirSync } from "node:fs";

import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = readdirSync(`${import.meta.dirname}/src/features`);

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  a11y.flatConfigs.strict,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "public/color-scheme.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "import-x/no-cycle": "error",
      // app → features → shared (api, lib, ui); no feature imports another; shared knows neither.
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            ...features.map((name) => ({
              target: `./src/features/${name}`,
              from: "./src/features",
              except: [`./${name}`],
              message: "A feature imports no other feature. What both need belongs in api, lib or ui.",
            })),
            { target: "./src/features", from: "./src/app", message: "Features do not know the app around them." },
            {
              target: ["./src/api", "./src/lib", "./src/ui"],
              from: ["./src/features", "./src/app"],
              message: "Shared code knows no feature and not the app.",
            },
            {
              target: ["./src/app", "./src/features", "./src/api", "./src/lib", "./src/ui"],
              from: "./dev",
              message: "The invented market is for development and tests, never for a build.",
            },
          ],
        },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: false }],
      // Routers throw redirects; that is their interface.
      "@typescript-eslint/only-throw-error": ["error", { allow: [{ from: "package", package: "@tanstack/router-core", name: "Redirect" }] }],
      "jsx-a11y/no-redundant-roles": ["error", { ul: ["list"] }],
    },
  },
  {
    files: ["**/*.js"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { ...tseslint.configs.disableTypeChecked.languageOptions, globals: { window: "readonly", document: "readonly" } },
  },
  { files: ["**/*.test.{ts,tsx}", "src/test/**"], rules: { "import-x/no-restricted-paths": "off" } },
);
