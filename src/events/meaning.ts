/**
 * What the numbers and message tokens of these events mean, spelled as Microsoft does. Raw values always stay in the event; a
 * value not listed in `resources/events/meanings.json` has no meaning here, and views show it as it is.
 */
import meanings from '../../resources/events/meanings.json' with { type: 'json' }
import { unsigned } from './fields.ts'

type Words = Readonly<Record<string, string>>
const own = (words: Words, key: string): string | undefined =>
  Object.hasOwn(words, key) ? words[key] : undefined

/** `0x…` in lower case without leading zeros, of a decimal or hex number of 32 bits; also of a negative HRESULT. */
function hexKey(text: string): string | undefined {
  const trimmed = text.trim()
  const value = /^-\d{1,10}$/.test(trimmed) ? Number(trimmed) >>> 0 : unsigned(trimmed)
  return value === undefined || value > 0xffff_ffff ? undefined : `0x${value.toString(16)}`
}

function byNumber(words: Words, text: string): string | undefined {
  const key = hexKey(text)
  return key === undefined ? undefined : own(words, key)
}

interface ObjectRights {
  readonly firstToken: number
  readonly rights: readonly (string | null)[]
}
const objectAccess: Readonly<Record<string, ObjectRights>> = meanings.objectAccess
/** bits of an access mask that mean something else for each type of object; each type has as many tokens */
const specificBits = 16

const rightOf = ({ rights }: ObjectRights, bit: number): string =>
  rights[bit] ?? `Undefined Access (no effect) Bit ${bit}`

/** Tokens for the rights of a type of object stand in a row, one per bit of its access mask. */
function accessToken(token: string): string | undefined {
  const number = /^%%(\d{4})$/.exec(token)?.[1]
  if (number === undefined) return undefined
  const unknown = Number(number) - 1552
  if (unknown >= 0 && unknown < specificBits) return `Unknown specific access (bit ${unknown})`
  for (const type of Object.values(objectAccess)) {
    const bit = Number(number) - type.firstToken
    if (bit >= 0 && bit < specificBits) return rightOf(type, bit)
  }
  return undefined
}

/** Text of one token of the Security log: `%%1842` → `Yes`, `%%4432` → `Query key value`. */
export function tokenMeaning(token: string): string | undefined {
  const trimmed = token.trim()
  return own(meanings.messageTokens, trimmed) ?? accessToken(trimmed)
}

/** All tokens of a value in place: `%%8449, %%8451` → `Success Added, Failure added`; unknown ones stay as they are. */
export const resolveTokens = (text: string): string =>
  text.replace(/%%\d{1,6}/g, (token) => tokenMeaning(token) ?? token)

/** `3` → `Network` */
export const logonTypeMeaning = (logonType: number): string | undefined =>
  own(meanings.logonTypes, String(logonType))

/** Rights in a file, pipe or share access mask, lowest bit first; bits without a name as `0x…`. */
export function accessMeaning(mask: number): readonly string[] {
  const rights: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    const flag = 2 ** bit
    if (Math.floor(mask / flag) % 2 === 0) continue
    const key = `0x${flag.toString(16)}`
    rights.push(own(meanings.fileAccess, key) ?? key)
  }
  return rights
}

/** True when the rights of this type of object are known. */
export const isKnownObjectType = (type: string): boolean => Object.hasOwn(objectAccess, type)

/**
 * Rights in the access mask of an object of this type (`Key`, `Process`, `SAM_ALIAS`, `DS` …), lowest bit first. The low 16 bits
 * mean something else for each type; where the type is not known they stay `0x…`.
 */
export function objectAccessMeaning(type: string, mask: number): readonly string[] {
  const known = isKnownObjectType(type) ? objectAccess[type] : undefined
  const rights: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    const flag = 2 ** bit
    if (Math.floor(mask / flag) % 2 === 0) continue
    const key = `0x${flag.toString(16)}`
    if (bit >= specificBits) rights.push(own(meanings.fileAccess, key) ?? key)
    else rights.push(known ? rightOf(known, bit) : key)
  }
  return rights
}

/** Bits of OldUacValue and NewUacValue that are set: `0x15` → Account Disabled, 'Password Not Required' - Enabled, … */
export function accountControlMeaning(value: number): readonly string[] {
  const flags: string[] = []
  for (let bit = 0; bit < 32; bit++)
    if (Math.floor(value / 2 ** bit) % 2 === 1)
      flags.push(tokenMeaning(`%%${0x820 + bit}`) ?? `0x${(2 ** bit).toString(16)}`)
  return flags
}

/** Status or SubStatus of 4625 and Status of 4776 (an NTSTATUS, hex or decimal). */
export const logonFailureMeaning = (status: string): string | undefined =>
  byNumber(meanings.logonFailures, status)

/** Status of 4768 and 4769 (a Kerberos error code). */
export const kerberosFailureMeaning = (status: string): string | undefined =>
  byNumber(meanings.kerberosFailures, status)

/** Result of a task or of its action (an HRESULT or the program's exit code; hex, decimal or negative). */
export const taskResultMeaning = (result: string): string | undefined =>
  byNumber(meanings.taskResults, result)

/** TicketEncryptionType of 4768 and 4769: `0x17` → `RC4-HMAC` */
export const encryptionTypeMeaning = (type: string): string | undefined =>
  byNumber(meanings.encryptionTypes, type)

/** PreAuthType of 4768 and 4771. */
export const preAuthTypeMeaning = (type: string): string | undefined =>
  own(meanings.preAuthTypes, type.trim())

/** A system error, or an HRESULT made of one (0x8007nnnn): hex, decimal or negative. Others have no meaning here. */
export function systemErrorMeaning(code: string): string | undefined {
  const key = hexKey(code)
  if (key === undefined) return undefined
  const wrapped = /^0x8007([0-9a-f]{4})$/.exec(key)?.[1]
  return own(meanings.systemErrors, wrapped === undefined ? key : `0x${Number(`0x${wrapped}`).toString(16)}`)
}
