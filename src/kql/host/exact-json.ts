/** JSON whose whole numbers stay exact: those beyond 2^53 become bigint and are written as their digits. */

interface Source {
  readonly source?: string
}
type Reviver = (this: unknown, key: string, value: unknown, context?: Source) => unknown

const revive: Reviver = (_, value, context) => {
  const source = context?.source
  return typeof value === 'number' && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value
}

export const exactParse = (text: string): unknown =>
  JSON.parse(text, revive as (key: string, value: unknown) => unknown)

export function exactJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}:${exactJson(one)}`)
      .join(',')}}`
  return JSON.stringify(value) ?? 'null'
}
