/** A field without a value says which kind of absence it is, so that "unknown" can say why. */
export interface Absent {
  readonly absent: 'not-recorded' | 'not-applicable' | 'unreadable' | 'not-collected'
  readonly why: string
}
export type Field<T> = T | Absent

export const absent = (kind: Absent['absent'], why: string): Absent => ({ absent: kind, why })
export const isAbsent = (field: unknown): field is Absent =>
  typeof field === 'object' && field !== null && 'absent' in field
/** The value, or undefined when absent. */
export const recorded = <T>(field: Field<T>): T | undefined => (isAbsent(field) ? undefined : (field as T))
