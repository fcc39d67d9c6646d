/** What a reader yields: a value, or the problem that stands in its place. Nothing is dropped in between. */
export type Outcome<T, P> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: P }

export const good = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const bad = <P>(problem: P): { readonly ok: false; readonly problem: P } => ({ ok: false, problem })
