import type { AllowAnnotation } from '../domain/allow-list.ts'
import type {
  Answer,
  ChainAnswers,
  ChainContext,
  Disposition,
  EvidenceOutcome,
  Reason,
  Weight,
} from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import type { TaskChangedEvent } from '../domain/event.ts'
import type { Locator } from '../domain/locator.ts'
import { isWholeMatch } from './allow-match.ts'
import { listed } from './bounds.ts'
import { lifeOf } from './questions.ts'
import { at, type PlaybookScene, stepsOf } from './scene.ts'
import { signsOf, type TaskSign } from './task-signals.ts'
import { stateReasons } from './task-state.ts'

export const changesOf = ({ events }: PlaybookScene): readonly TaskChangedEvent[] =>
  events.filter((event): event is TaskChangedEvent => 'taskPath' in event && event.kind !== 'task-history')

/** Signs of the task as its last readable definition in the chain has it. */
export function taskSigns(scene: PlaybookScene): readonly TaskSign[] {
  const { chain } = scene
  const changes = changesOf(scene)
  const told = changes.filter((event) => event.task?.definition)
  const shouldTell = changes.some((event) => event.kind === 'task-created' || event.kind === 'task-updated')
  return signsOf({
    path: chain.task.path,
    definition: chain.task.definition ?? told.at(-1)?.task?.definition,
    lacksDefinition: shouldTell && told.length === 0,
    runAs: chain.task.runAs,
    creator: chain.account,
    isRemote: chain.mechanism.startsWith('remote'),
    lifeMs: lifeOf(chain),
    wasRun: chain.executed.answer === 'yes',
  })
}

const reason = (
  id: string,
  what: string,
  weighs: Weight,
  citations: readonly Locator[],
  isStrong = false,
): Reason => ({
  id,
  what,
  weighs,
  isStrong,
  citations,
})

export function judgeEvidence(
  scene: PlaybookScene,
  signs: readonly TaskSign[],
  context: ChainContext,
  questions: readonly Answer[],
  validation: readonly Answer[],
  allowed: readonly AllowAnnotation[],
): ChainAnswers['evidence'] {
  const { chain } = scene
  const definition = changesOf(scene).findLast((event) => event.task?.definition)?.locator ?? chain.anchor
  const deleted = stepsOf(chain, 'task-deleted').map((step) => step.locator)
  const reasons: Reason[] = [
    ...signs.map((one) =>
      reason(
        one.id,
        one.what,
        one.weighs,
        one.about === 'life' ? [chain.anchor, ...deleted] : [definition],
        one.isStrong,
      ),
    ),
    ...stateReasons(scene),
    ...chainReasons(chain),
    ...contextReasons(scene, context, questions),
    ...factReasons(chain, validation),
    ...allowed.map((match) => allowReason(chain, match)),
  ]
  const disposition = dispose(chain, reasons, allowed)
  return {
    mechanism: chain.mechanism,
    mechanismWhy: chain.mechanismWhy,
    disposition,
    outcome: outcomeOf(chain, disposition, reasons),
    why: words(disposition, reasons),
    reasons,
  }
}

function chainReasons(chain: Chain): readonly Reason[] {
  const reasons: Reason[] = []
  const read = stepsOf(chain, 'output-read')
  const removed = stepsOf(chain, 'output-deleted')
  if (read.length && removed.length)
    reasons.push(
      reason(
        'output-fetched',
        'the output of the command was read over a share and then deleted',
        'malicious',
        at([...read, ...removed]),
        true,
      ),
    )
  const payload = stepsOf(chain, 'payload-written')
  if (payload.length)
    reasons.push(
      reason(
        'payload-written',
        'a file the task names was written over a share before',
        'malicious',
        at(payload),
      ),
    )
  for (const likeness of chain.resembles)
    if (!/schtasks/i.test(likeness.tool))
      reasons.push(
        reason(
          `resembles-${likeness.tool.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
          `resembles ${likeness.tool}: ${likeness.because.join('; ')}`,
          'malicious',
          [chain.anchor],
          true,
        ),
      )
  const cleared = stepsOf(chain, 'log-cleared')
  if (cleared.length)
    reasons.push(reason('log-cleared', 'a log was cleared around that time', 'malicious', at(cleared)))
  if (chain.mechanism === 'machine-managed')
    reasons.push(
      reason('machine-managed', `kept by the machine itself: ${chain.mechanismWhy}`, 'benign', [
        chain.anchor,
      ]),
    )
  return reasons
}

function contextReasons(
  scene: PlaybookScene,
  context: ChainContext,
  questions: readonly Answer[],
): readonly Reason[] {
  const reasons: Reason[] = []
  for (const id of ['lateral-movement', 'exfiltration']) {
    const answer = questions.find((one) => one.id === id)
    if (answer?.answer === 'yes') reasons.push(reason(id, answer.why, 'malicious', answer.citations))
  }
  const tied = (list: readonly { trace: { locator: Locator; what: string }; tie: string | undefined }[]) =>
    list.filter((one) => one.tie !== undefined)
  for (const [id, list, what] of [
    ['account-changes', tied(context.accountChanges), 'accounts or groups were changed'],
    ['services', tied(context.services), 'a service was installed'],
  ] as const)
    if (list.length)
      reasons.push(
        reason(
          id,
          `${what} afterwards ${list[0]?.tie}: ${listed(
            list.map((one) => one.trace.what),
            3,
            '; ',
          )}`,
          'malicious',
          at(list.map((one) => one.trace)),
        ),
      )
  const malware = scene.own.filter((trace) => trace.kind === 'malware')
  if (malware.length)
    reasons.push(
      reason(
        'malware',
        `the virus scanner of the host reported: ${malware[0]?.what}`,
        'malicious',
        at(malware),
        true,
      ),
    )
  const history = questions.find((one) => one.id === 'account-history')
  if (history?.answer === 'yes')
    reasons.push(reason('account-history', history.why, 'neutral', history.citations))
  return reasons
}

function factReasons(chain: Chain, validation: readonly Answer[]): readonly Reason[] {
  const reasons: Reason[] = []
  const privilege = validation.find((one) => one.id === 'account-privilege')
  if (privilege && privilege.answer !== 'unknown')
    reasons.push(
      reason(
        'account-privilege',
        `${privilege.why} A remote creation needs an administrator, so this speaks for neither side`,
        'neutral',
        privilege.citations,
      ),
    )
  const address = validation.find((one) => one.id === 'source-address')
  if (address && address.answer !== 'unknown')
    reasons.push(
      address.answer === 'no'
        ? reason(
            'source-external',
            `${address.why} A task is not made from the internet by those who should`,
            'malicious',
            address.citations,
            // networks of IPv6 give public addresses to everybody inside
            !chain.source.ip?.includes(':'),
          )
        : reason(
            'source-internal',
            `${address.why} Moving between hosts is internal, so this speaks for neither side`,
            'neutral',
            address.citations,
          ),
    )
  if (chain.mechanism.startsWith('remote'))
    reasons.push(
      reason('remote', `made from another machine: ${chain.mechanismWhy}`, 'neutral', [chain.anchor]),
    )
  return reasons
}

function allowReason(chain: Chain, match: AllowAnnotation): Reason {
  const { entry, state, because, differs } = match
  const whole = isWholeMatch(match, chain)
  const doubt = differs.length
    ? `, but not in all (${differs.join('; ')})`
    : whole
      ? ''
      : ', which alone is not enough to call it expected'
  return reason(
    `allow-list-${entry.id}`,
    `entry ${entry.id} of the site's allow-list fits: ${because.join(', ')}${doubt}: ${entry.reason} (${entry.author})`,
    state === 'fits' ? 'benign' : 'neutral',
    [chain.anchor],
    whole,
  )
}

function dispose(chain: Chain, reasons: readonly Reason[], allowed: readonly AllowAnnotation[]): Disposition {
  if (allowed.some((match) => isWholeMatch(match, chain))) return 'expected'
  const malicious = reasons.filter((one) => one.weighs === 'malicious')
  if (malicious.some((one) => one.isStrong) || malicious.length >= 3) return 'malicious-indicators'
  return malicious.length > 0 ? 'suspicious' : 'undetermined'
}

/** The allow-list never hides: work that is expected but was hidden, or changed past the records, is not closed by it. */
function outcomeOf(chain: Chain, disposition: Disposition, reasons: readonly Reason[]): EvidenceOutcome {
  const isTampered = reasons.some(
    (one) => one.isStrong && one.weighs === 'malicious' && one.id.startsWith('task-'),
  )
  if (disposition === 'expected') return isTampered ? 'cannot-decide' : 'close'
  if (disposition === 'malicious-indicators') return 'escalate'
  return disposition === 'suspicious' && chain.mechanism.startsWith('remote') ? 'escalate' : 'cannot-decide'
}

function words(disposition: Disposition, reasons: readonly Reason[]): string {
  const malicious = reasons.filter((one) => one.weighs === 'malicious')
  const strong = malicious.filter((one) => one.isStrong)
  switch (disposition) {
    case 'expected':
      return `An entry of the site's allow-list fits whole.${malicious.length ? ` ${malicious.length} signs speak against it and are listed.` : ''}`
    case 'malicious-indicators':
      return strong.length
        ? `${strong.length} of ${malicious.length} signs of malice ${strong.length === 1 ? 'is' : 'are'} strong: ${listed(
            strong.map((one) => one.what),
            3,
            '; ',
          )}.`
        : `${malicious.length} signs of malice: ${listed(
            malicious.map((one) => one.what),
            3,
            '; ',
          )}.`
    case 'suspicious':
      return `${malicious.length === 1 ? 'One sign' : 'Two signs'} of malice, none strong: ${malicious.map((one) => one.what).join('; ')}.`
    default:
      return 'No sign of malice in the records, and nothing that shows that it was meant to be.'
  }
}
