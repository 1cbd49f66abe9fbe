/** Whether what is written to stdout may have colours. @see https://no-color.org */
export const wantsColour = (isTerminal: boolean): boolean =>
  isTerminal && (process.env["NO_COLOR"] ?? "") === "" && process.env["TERM"] !== "dumb";
