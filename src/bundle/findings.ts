/** What checking a bundle found, and the verdict that follows (bundle.md §6). */
import { escapeLine } from '../base/escape.ts'

export type Severity = 'unreadable' | 'unsafe' | 'bad' | 'warning' | 'note'
export type Verdict =
  | 'VALID-SIGNED'
  | 'VALID-UNSIGNED'
  | 'VALID-UNKNOWN-SIGNER'
  | 'INVALID'
  | 'UNSAFE'
  | 'UNREADABLE'

export interface Finding {
  readonly severity: Severity
  readonly code: string
  /** path inside the bag, made safe to show; null when it concerns the whole */
  readonly path: string | null
  readonly what: string
  readonly hint: string | null
}

/** So many findings of one code are listed one by one; the rest is counted. */
const listedPerCode = 1000

export class Findings {
  readonly #all: Finding[] = []
  readonly #counts = new Map<string, number>()
  readonly #severities = new Set<Severity>()

  add(severity: Severity, code: string, path: string | null, what: string, hint: string | null = null): void {
    this.#severities.add(severity)
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    if (count > listedPerCode) return
    const shown = path === null ? null : escapeLine(path).slice(0, 400)
    this.#all.push({ severity, code, path: shown, what: escapeLine(what), hint })
  }

  has(severity: Severity): boolean {
    return this.#severities.has(severity)
  }

  /** All findings; codes found too often end with one line that counts the rest. */
  list(): readonly Finding[] {
    const rest = [...this.#counts].filter(([, count]) => count > listedPerCode)
    return [
      ...this.#all,
      ...rest.map(([code, count]): Finding => {
        const severity = this.#all.find((finding) => finding.code === code)?.severity ?? 'bad'
        return { severity, code, path: null, what: `${count - listedPerCode} more of the same`, hint: null }
      }),
    ]
  }

  /** The worst finding decides; without one it is who signed. */
  verdict(signature: 'known' | 'unknown' | 'none'): Verdict {
    if (this.has('unreadable')) return 'UNREADABLE'
    if (this.has('unsafe')) return 'UNSAFE'
    if (this.has('bad')) return 'INVALID'
    if (signature === 'known') return 'VALID-SIGNED'
    return signature === 'unknown' ? 'VALID-UNKNOWN-SIGNER' : 'VALID-UNSIGNED'
  }
}
