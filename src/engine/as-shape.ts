type Plain = string | number | bigint | boolean | null | undefined

/** The type of a value as the contract's shapes spell it: the same, without `readonly`. */
export type Shape<T> = T extends Plain
  ? T
  : T extends readonly (infer Element)[]
    ? Shape<Element>[]
    : { -readonly [Key in keyof T]: Shape<T[Key]> }

/**
 * A workflow's value as one of the contract's shapes. The workflow's values are readonly and the shapes, being
 * inferred from their validators, are not; what leaves the engine is copied on its way, so nobody can change it.
 */
export const asShape = <T>(value: T): Shape<T> => value as Shape<T>
