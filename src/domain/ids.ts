import type { Brand } from '../base/brand.ts'

/** SHA-256 of stored bytes, 64 lower-case hex digits. */
export type EvidenceId = Brand<string, 'EvidenceId'>
/** Logon session id (LUID): `0x` and lower-case hex without leading zeros. */
export type LogonId = Brand<string, 'LogonId'>
/** Security identifier, `S-1-…`. */
export type Sid = Brand<string, 'Sid'>
/** Hash of a chain's anchor locators: same evidence, same id. */
export type ChainId = Brand<string, 'ChainId'>

/** `0x000000000017E2D2` and `0x17e2d2` become the same; undefined for `-`, empty and anything else. */
export function logonId(text: string | undefined): LogonId | undefined {
  if (text === undefined) return undefined
  const found = /^0x0*([0-9a-f]{1,16})$/i.exec(text.trim())
  if (!found?.[1]) return undefined
  return `0x${found[1].toLowerCase()}` as LogonId
}

/** A process id from `0x3d0` or `976`, as a number; undefined when it is neither or out of range. */
export function processId(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const trimmed = text.trim()
  if (!/^(0x[0-9a-f]{1,12}|\d{1,15})$/i.test(trimmed)) return undefined
  const value = Number(trimmed)
  return value <= 0xffff_ffff ? value : undefined
}

export function sid(text: string | undefined): Sid | undefined {
  return text !== undefined && /^S-1-\d+(-\d+)*$/i.test(text.trim())
    ? (text.trim().toUpperCase() as Sid)
    : undefined
}

/** SYSTEM, LOCAL SERVICE, NETWORK SERVICE and the null session: never join keys (windows.md §5.1). */
const wellKnownLogons = new Set(['0x0', '0x3e7', '0x3e4', '0x3e5', '0x3e3'])
export const isWellKnownLogon = (id: LogonId): boolean => wellKnownLogons.has(id)
