/** The whole playbook for one chain: pure, from chains, coverage, traces and the site's allow-list. */
import { allowedBy } from '../chains/allow-list.ts'
import type { ChainAnswers } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import { boundedAnswers } from './bounds.ts'
import { findConflicts } from './conflicts.ts'
import { contextOf } from './context.ts'
import { coverageLines, notCollected } from './coverage-lines.ts'
import { escalationCriteria } from './escalation.ts'
import { iocsOf } from './iocs.ts'
import { answerQuestions } from './questions.ts'
import { applyRule } from './rule.ts'
import { type PlaybookEvidence, sceneOf } from './scene.ts'
import { validate } from './validation.ts'
import { judgeEvidence, taskSigns } from './verdict.ts'

export function answerChain(given: PlaybookEvidence, chain: Chain): ChainAnswers {
  const scene = sceneOf(given, chain)
  const context = contextOf(scene)
  const signs = taskSigns(scene)
  const allowed = allowedBy(chain, given.allowList)
  const validation = validate(scene)
  const questions = answerQuestions(scene, context)
  const rule = applyRule(scene, validation, signs)
  const evidence = judgeEvidence(scene, signs, context, questions, validation, allowed)
  return boundedAnswers({
    chain: chain.id,
    host: chain.host,
    time: chain.time,
    kind: chain.kind,
    path: chain.path,
    task: chain.task.path,
    conflicts: findConflicts(scene, validation, rule, evidence),
    validation,
    questions,
    rule,
    evidence,
    escalation: escalationCriteria(scene, questions, context),
    coverage: coverageLines(scene),
    notCollected: notCollected(scene),
    allowed,
    context,
    iocs: iocsOf(scene),
  })
}
