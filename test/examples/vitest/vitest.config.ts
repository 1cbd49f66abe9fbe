import { defineConfig } from "vitest/config";

// oxlint-disable-next-line import/no-default-export -- vitest wants it
export default defineConfig({ test: { globalSetup: "./mock.setup.ts" } });
