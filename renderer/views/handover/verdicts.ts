import type { VerifyResult } from '../../../src/contract/shapes.ts'

export type Verdict = VerifyResult['verdict']

export interface VerdictWords {
  /** good only where a computation verified everything; judge where a person must decide; harm else */
  readonly kind: 'good' | 'judge' | 'harm'
  readonly title: string
  readonly says: string
}

const words: Readonly<Record<Verdict, VerdictWords>> = {
  'VALID-SIGNED': {
    kind: 'good',
    title: 'Valid and signed',
    says: 'Every file is as it was sealed, and a signer on your list sealed it.',
  },
  'VALID-UNSIGNED': {
    kind: 'judge',
    title: 'Valid, not signed',
    says: 'Every file is as it was sealed. Nobody vouches for who sealed it: compare the hash with the ticket.',
  },
  'VALID-UNKNOWN-SIGNER': {
    kind: 'judge',
    title: 'Valid, signer unknown',
    says: 'Every file is as it was sealed, by a key that is not on your list. Compare its fingerprint with the sender by phone.',
  },
  INVALID: {
    kind: 'harm',
    title: 'Not valid',
    says: 'Something was changed after sealing. Do not rest anything on it. Ask the sender for a new bundle.',
  },
  UNSAFE: {
    kind: 'harm',
    title: 'Not safe to unpack',
    says: 'The archive is built to harm. Do not unpack it with any tool. Keep it as evidence and tell the sender.',
  },
  UNREADABLE: {
    kind: 'harm',
    title: 'Cannot be read',
    says: 'It is no bundle, or it is damaged. Copy it again and compare its hash with the ticket.',
  },
}

/** Words and colour of a verdict; anything unknown is for a person to judge. */
export const verdictWords = (verdict: string): VerdictWords =>
  Object.hasOwn(words, verdict)
    ? words[verdict as Verdict]
    : {
        kind: 'judge',
        title: verdict,
        says: 'This verdict is not known here. Verify the bundle with the commands below.',
      }

export const mayOpen = (verdict: string): boolean => verdict.startsWith('VALID')
