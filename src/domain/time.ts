import type { Brand } from '../base/brand.ts'

/** 100 ns ticks since 1601-01-01 UTC, exact. Only views and reports turn it into text. */
export type FileTime = Brand<bigint, 'FileTime'>

const epochTicks = 116_444_736_000_000_000n
const ticksPerSecond = 10_000_000n
/** A signed SQLite INTEGER cannot hold more; such a time is a problem, never a crash. */
export const largestFileTime = 0x7fff_ffff_ffff_ffffn

export const fileTime = (ticks: bigint): FileTime => ticks as FileTime

const floorDivide = (a: bigint, b: bigint) => (a % b < 0n ? a / b - 1n : a / b)

/** UTC ISO 8601 with 7 decimals and `Z`; years past 9999 keep all their digits. */
export function formatUtc(time: FileTime): string {
  const seconds = floorDivide(time - epochTicks, ticksPerSecond)
  const fraction = time - epochTicks - seconds * ticksPerSecond
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return `beyond-calendar+${time}`
  return `${date.toISOString().slice(0, -5)}.${fraction.toString().padStart(7, '0')}Z`
}

/** The exact inverse of formatUtc; also takes fewer or more decimals (more are cut) and an offset. */
export function parseUtc(text: string): FileTime | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(
    text.trim(),
  )
  if (!found) return undefined
  const [, day, clock, fraction = '', zone = 'Z'] = found
  const ms = Date.parse(`${day}T${clock}${clock?.length === 5 ? ':00' : ''}${zone}`)
  if (Number.isNaN(ms)) return undefined
  const ticks = BigInt((fraction.slice(0, 7) || '0').padEnd(7, '0'))
  return fileTime(BigInt(ms / 1000) * ticksPerSecond + epochTicks + ticks)
}

export const fileTimeOfDate = (date: Date): FileTime =>
  fileTime(BigInt(date.getTime()) * 10_000n + epochTicks)

/** Milliseconds from `a` to `b`, exact to 100 ns (a double holds any difference below 28 years exactly). */
export const millisecondsBetween = (a: FileTime, b: FileTime): number => Number(b - a) / 10_000

export const seconds = (count: number): bigint => BigInt(Math.round(count * 1000)) * 10_000n
