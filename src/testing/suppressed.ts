const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/**
 * Lets a `SuppressedError` say what happened.
 *
 * When a test fails and the scope it was `using` fails too, the runtime throws one without a message, and a runner that
 * prints the message alone (Bun 1.4.5) shows nothing at all.
 */
export const explainSuppressed = (): void => {
  if (typeof SuppressedError !== "function") return;
  const { prototype } = SuppressedError;
  const message = Object.getOwnPropertyDescriptor(prototype, "message");
  if (message?.value !== "") return;
  Object.defineProperty(prototype, "message", {
    configurable: true,
    get(this: unknown) {
      if (!(this instanceof SuppressedError)) return "";
      return `${messageOf(this.suppressed)}\n\nand behind it: ${messageOf(this.error)}`;
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, "message", { configurable: true, writable: true, value });
    },
  });
};
