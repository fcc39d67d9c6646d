/** The decision point exactly as written: four conditions to escalate, three to close, neither otherwise. Nothing is read into it. */
import type { Answer, ChainAnswers, RuleOutcome } from '../domain/answers.ts'
import { isKnownTask } from './known-tasks.ts'
import { type PlaybookScene, stepsOf } from './scene.ts'
import type { TaskSign } from './task-signals.ts'
import { closeIf, escalateIf } from './wording.ts'

const turned = { yes: 'no', no: 'yes', unknown: 'unknown' } as const

export function applyRule(
  scene: PlaybookScene,
  validation: readonly Answer[],
  signs: readonly TaskSign[],
): ChainAnswers['rule'] {
  const from = (source: string, id: string, asks: string, isTurned = false): Answer => {
    const found = validation.find((one) => one.id === source) as Answer
    return {
      id,
      asks,
      answer: isTurned ? turned[found.answer] : found.answer,
      value: found.value,
      why: found.why,
      citations: found.citations,
      missing: found.missing,
    }
  }
  const escalate = [
    from('account-privilege', 'non-admin-user', 'Non admin user'),
    from('source-address', 'remote-ip', 'Remote IP', true),
    suspiciousName(scene, signs),
    from('time-correlation', 'time-correlation', 'time correlation confirmed'),
  ]
  const close = [
    from('account-privilege', 'admin-user', 'Admin user', true),
    from('source-address', 'local-ip', 'local IP'),
    knownName(scene),
  ]
  const outcome: RuleOutcome = escalate.every((one) => one.answer === 'yes')
    ? 'escalate'
    : close.every((one) => one.answer === 'yes')
      ? 'close'
      : 'neither'
  return { outcome, why: words(outcome, escalate, close), conditions: [...escalate, ...close] }
}

function words(outcome: RuleOutcome, escalate: readonly Answer[], close: readonly Answer[]): string {
  if (outcome === 'escalate') return `All four conditions hold: "${escalateIf}".`
  if (outcome === 'close') return `All three conditions hold: "${closeIf}".`
  const failing = (conditions: readonly Answer[]) =>
    conditions
      .filter((one) => one.answer !== 'yes')
      .map((one) => `"${one.asks}" is ${one.answer}`)
      .join(', ')
  return `To escalate: ${failing(escalate)}. To close: ${failing(close)}. So the decision point says neither.`
}

/** `Remote IP` and `local IP` are the playbook's words for what its check calls external and internal. */
function suspiciousName(scene: PlaybookScene, signs: readonly TaskSign[]): Answer {
  const { chain } = scene
  const about = signs.filter((one) => one.about === 'name' && one.weighs === 'malicious')
  return {
    id: 'suspicious-name',
    asks: 'suspicious scheduled task name or path',
    answer: about.length > 0 ? 'yes' : 'no',
    value: chain.task.path,
    why: about.length
      ? `${about.map((one) => one.what).join('; ')}.`
      : 'No sign in the name of the task or in the paths it runs. That a name looks harmless proves nothing.',
    citations: [chain.anchor],
    missing: [],
    correction:
      'The playbook does not say what is suspicious; signs in name and path count here, all others stand with the evidence.',
  }
}

function knownName(scene: PlaybookScene): Answer {
  const { chain } = scene
  const isKnown = isKnownTask(chain.task.path)
  return {
    id: 'known-name',
    asks: 'known scheduled task name or path',
    answer: isKnown ? 'yes' : 'no',
    value: chain.task.path,
    why: isKnown
      ? 'Windows or common software has a task of this name.'
      : "The name is not one that Windows or common software is known to use; the site's own names are not known here.",
    citations: [chain.anchor, ...stepsOf(chain, 'task-updated').map((step) => step.locator)],
    missing: [],
    correction:
      'A name is chosen by whoever makes the task: name, action, access rights and creator must all match before it is called known.',
  }
}
