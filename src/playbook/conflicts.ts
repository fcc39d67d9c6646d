/** Where the written rule and the evidence part: objects of their own, shown before anything else. */
import type { Answer, ChainAnswers, Conflict } from '../domain/answers.ts'
import type { PlaybookScene } from './scene.ts'
import { closeIf, escalateIf } from './wording.ts'

export function findConflicts(
  { chain }: PlaybookScene,
  validation: readonly Answer[],
  rule: ChainAnswers['rule'],
  evidence: ChainAnswers['evidence'],
): readonly Conflict[] {
  const conflicts: Conflict[] = []
  const answer = (id: string) => validation.find((one) => one.id === id) as Answer
  const telling = evidence.reasons.filter((one) => one.weighs === 'malicious')
  const citations = [...telling]
    .sort((a, b) => Number(b.isStrong) - Number(a.isStrong))
    .flatMap((one) => one.citations)
  const says = `The evidence says ${words[evidence.outcome]}: ${evidence.disposition}, ${chain.mechanism}. ${evidence.why}`
  const isSerious = evidence.outcome === 'escalate'
  if (isSerious && rule.outcome !== 'escalate')
    conflicts.push({
      id: 'decision-point',
      rule:
        rule.outcome === 'close'
          ? `The decision point says close: "${closeIf}".`
          : `The decision point says neither: neither "${escalateIf}" nor "${closeIf}" holds.`,
      evidence: says,
      why: rule.why,
      citations,
    })
  if (rule.outcome === 'escalate' && evidence.outcome === 'close')
    conflicts.push({
      id: 'decision-point',
      rule: `The decision point says escalate: "${escalateIf}".`,
      evidence: says,
      why: 'The allow-list covers this account, action and address. Somebody has to confirm that it was this work.',
      citations: [chain.anchor],
    })
  const privilege = answer('account-privilege')
  if (isSerious && privilege.answer === 'no')
    conflicts.push({
      id: 'administrative-false-positive',
      rule: 'The check says false positive: "if administrative -> false Positive".',
      evidence: says,
      why: privilege.correction ?? '',
      citations: [...privilege.citations, ...citations],
    })
  const address = answer('source-address')
  if (isSerious && address.answer === 'yes')
    conflicts.push({
      id: 'internal-address-false-positive',
      rule: 'The check says false positive: "if local IP -> false Positive".',
      evidence: says,
      why: address.correction ?? '',
      citations: [...address.citations, ...citations],
    })
  const present = answer('events-present')
  if (chain.mechanism === 'remote-confirmed' && present.answer !== 'yes')
    conflicts.push({
      id: 'events-missing',
      rule: `The check asks for 4624, 5145 and 4698 together; ${present.value} are there, so the alert would be discarded.`,
      evidence: `The creation from another machine is confirmed without them: ${chain.mechanismWhy}.`,
      why: present.correction ?? '',
      citations: [...present.citations, chain.anchor],
    })
  return conflicts
}

const words = { escalate: 'escalate', close: 'close', 'cannot-decide': 'that it cannot be decided' } as const
