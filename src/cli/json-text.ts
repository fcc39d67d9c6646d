/** JSON as it goes to stdout: the same values, but nothing in it that moves a cursor, turns text round or hides. */
import { safeJson } from '../base/safe-json.ts'

export { safeJson }

/** One document, indented, with a line break at its end. 64-bit values must be texts already. */
export const jsonDocument = (value: unknown): string => `${safeJson(JSON.stringify(value, null, 2))}\n`

/** One line. */
export const jsonLine = (value: unknown): string => `${safeJson(JSON.stringify(value))}\n`
