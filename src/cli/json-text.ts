/** JSON as it goes to stdout: the same values, but nothing in it that moves a cursor, turns text round or hides. */
const unsafe =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g

const escaped = (symbols: string) =>
  symbols.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Escapes what JSON itself lets through. Such characters stand only inside strings, where the escape means the same. */
export const safeJson = (json: string): string => json.replace(unsafe, escaped)

/** One document, indented, with a line break at its end. 64-bit values must be texts already. */
export const jsonDocument = (value: unknown): string => `${safeJson(JSON.stringify(value, null, 2))}\n`

/** One line. */
export const jsonLine = (value: unknown): string => `${safeJson(JSON.stringify(value))}\n`
