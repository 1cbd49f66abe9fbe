import { parseFields } from "../endpoints/fields.ts";
import { findRoute } from "../endpoints/routes.ts";
import type { Asked } from "../asked.ts";
import { toAsked } from "../request/decide.ts";
import type { Noted } from "../journal/noted.ts";

/** Understands a request of the journal again; null where its address or body cannot be, or its body was cut. */
export type Rehear = (noted: Noted) => Asked | null;

const hear = (noted: Noted): Asked | null => {
  const [path = "", query = ""] = noted.path.split("?", 2);
  const { headers, method, ordinal, provider } = noted;
  const route = findRoute(path, headers, method);
  if (route === undefined || noted.isBodyCut) return null;
  try {
    const body = route.takesBody ? parseFields(noted.body) : {};
    const heard = route.endpoint.hear({ path, query, headers, body });
    const request = new Request("http://journal/", { headers });
    const scope = { name: noted.scope };
    return toAsked(
      { request, method, path, search: query === "" ? "" : `?${query}`, scope, ordinal },
      route,
      heard,
      body,
      provider,
    );
  } catch {
    return null;
  }
};

/** Makes the function that understands requests of the journal again, each once. */
export const createRehear = (): Rehear => {
  const known = new WeakMap<Noted, { readonly asked: Asked | null }>();
  return (noted) => {
    const before = known.get(noted);
    if (before !== undefined) return before.asked;
    const asked = hear(noted);
    known.set(noted, { asked });
    return asked;
  };
};
