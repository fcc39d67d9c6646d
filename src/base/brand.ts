/** Nominal types over plain values: a `LogonId` cannot be passed where a `Sid` is meant. */
declare const brandKey: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brandKey]: Name }
