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

/** Text of one token: `%%1842` → `Yes`. */
export const tokenMeaning = (token: string): string | undefined => own(meanings.messageTokens, token.trim())

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

/** Status or SubStatus of 4625 and Status of 4776 (an NTSTATUS, hex or decimal). */
export const logonFailureMeaning = (status: string): string | undefined =>
  byNumber(meanings.logonFailures, status)

/** Status of 4768 and 4769 (a Kerberos error code). */
export const kerberosFailureMeaning = (status: string): string | undefined =>
  byNumber(meanings.kerberosFailures, status)

/** Result of a task or of its action (an HRESULT or the program's exit code; hex, decimal or negative). */
export const taskResultMeaning = (result: string): string | undefined =>
  byNumber(meanings.taskResults, result)
