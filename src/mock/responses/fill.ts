import type { TemplateValues } from "../fixture.ts";
import { compileTemplate, fillJson } from "../fixtures/template/template.ts";

/** Gives a text by the values of a request. */
export type Fill = (values: TemplateValues) => string;

/** The text with its `{{ … }}` filled in; one without any costs nothing. */
export const toFill = (text: string): Fill => (text.includes("{{") ? compileTemplate(text) : () => text);

/** A JSON value and its text. */
export interface FilledJson {
  readonly value: unknown;
  readonly text: string;
}

/** The value with what is filled in, and its JSON text, made once where nothing is. */
export const toFilledJson = (value: unknown): ((values: TemplateValues) => FilledJson) => {
  const text = JSON.stringify(value) ?? "null";
  if (!text.includes("{{")) {
    const filled = { value, text };
    return () => filled;
  }
  const fill = fillJson(value);
  return (values) => {
    const filled = fill(values);
    return { value: filled, text: JSON.stringify(filled) ?? "null" };
  };
};
