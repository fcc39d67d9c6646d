/**
 * The checklist filled for one chain: the automatic answer where the evidence answers, else what a person has to do, with the targets
 * resolved. Nothing here is ticked: only a person ticks.
 */
import { spanWords } from '../chains/order.ts'
import type { Answer, ChainAnswers } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import { accountWords } from '../domain/describe.ts'
import { formatUtc, millisecondsBetween, parseUtc } from '../domain/time.ts'
import { missing } from './absence.ts'
import { classifyAddress } from './address-class.ts'
import { listed } from './bounds.ts'
import { checklistRows, type RowDefinition } from './checklist-rows.ts'

export interface ChecklistRow extends RowDefinition {
  /** the answer of the evidence; undefined where only a person can answer */
  readonly automatic: Answer | undefined
  /** what a person has to do or to look at */
  readonly todo: string
}

/** @param detectedAt UTC of the first act a person recorded on this chain's clocks, for "how long between" */
export function fillChecklist(
  chain: Chain,
  answers: ChainAnswers,
  detectedAt: string | undefined,
): readonly ChecklistRow[] {
  return checklistRows.map((row) => ({
    ...row,
    automatic: automaticOf(row, chain, answers, detectedAt),
    todo: todoOf(row.id, chain, answers),
  }))
}

function automaticOf(
  row: RowDefinition,
  chain: Chain,
  answers: ChainAnswers,
  detectedAt: string | undefined,
): Answer | undefined {
  const given =
    find(answers.validation, row.id, 'validate-') ??
    find(answers.questions, row.id, 'question-') ??
    find(answers.escalation, row.id, 'escalate-') ??
    derived(row.id, chain, answers, detectedAt)
  return given && { ...given, id: row.id, asks: row.heading }
}

const find = (answers: readonly Answer[], id: string, prefix: string): Answer | undefined =>
  id.startsWith(prefix) ? answers.find((one) => `${prefix}${one.id}` === id) : undefined

const told = (
  answer: Answer['answer'],
  why: string,
  citations: Answer['citations'],
  lack: Answer['missing'] = [],
  value?: string,
): Answer => ({
  id: '',
  asks: '',
  answer,
  value,
  why,
  citations,
  missing: lack,
})

function derived(
  id: string,
  chain: Chain,
  answers: ChainAnswers,
  detectedAt: string | undefined,
): Answer | undefined {
  const { rule } = answers
  const ofRule = rule.conditions.flatMap((one) => one.citations)
  const lackOfRule = distinctLack(rule.conditions)
  switch (id) {
    case 'decide-escalate':
      return told(
        rule.outcome === 'escalate' ? 'yes' : 'no',
        rule.why,
        ofRule,
        lackOfRule,
        `rule: ${rule.outcome}; evidence: ${answers.evidence.outcome}`,
      )
    case 'decide-close':
      return told(
        rule.outcome === 'close' ? 'yes' : 'no',
        rule.why,
        ofRule,
        lackOfRule,
        `rule: ${rule.outcome}; evidence: ${answers.evidence.outcome}`,
      )
    case 'collect-logs': {
      const present = answers.validation.find((one) => one.id === 'events-present') as Answer
      return told(
        'yes',
        `The logs of ${chain.host} are in the evidence, each item with its hash. ${present.why}`,
        [chain.anchor, ...present.citations],
        present.missing,
        present.value,
      )
    }
    case 'collect-task':
    case 'preserve-task': {
      const { path, action, trigger, runAs, author } = chain.task
      const parts = [
        `path ${path}`,
        action && `action ${action}`,
        trigger && `trigger ${trigger}`,
        runAs && `runs as ${runAs}`,
        author && `author ${author}`,
      ]
      const lack = missing(
        'definition of the task',
        'unknown',
        'no task record of the chain carries one that can be read',
        'action, triggers and account of the task',
      )
      return action === undefined
        ? told('unknown', `${parts.filter(Boolean).join('; ')}. ${lack.why}`, [chain.anchor], [lack])
        : told('yes', `${parts.filter(Boolean).join('; ')}.`, [chain.anchor], [], 'kept as recorded')
    }
    case 'analyze-history': {
      const history = chain.steps
        .filter((step) => /TaskScheduler/i.test(step.channel))
        .map((step) => step.locator)
      const executed = answers.questions.find((one) => one.id === 'executed') as Answer
      return history.length
        ? told('yes', `${history.length} records of the task history were read. ${executed.why}`, history, [])
        : told(
            'unknown',
            executed.why,
            executed.citations,
            executed.missing.length
              ? executed.missing
              : [
                  missing(
                    'task history',
                    'unknown',
                    'no record of it speaks of this task',
                    'starts and results',
                  ),
                ],
          )
    }
    case 'check-processes':
      return answers.questions.find((one) => one.id === 'process-spawned')
    case 'contain-isolate-host':
    case 'network-isolate-vlan': {
      const asked = answers.escalation.find((one) => one.id === 'lateral-movement') as Answer
      const sent = answers.questions.find((one) => one.id === 'exfiltration') as Answer
      return asked.answer === 'yes' || id === 'network-isolate-vlan' || sent.answer !== 'yes' ? asked : sent
    }
    case 'contain-block-address':
    case 'network-block-address':
      return blockAddress(chain, answers)
    case 'eradicate-delete-task': {
      const { answer, why, citations } = chain.deleted
      return told(answer, why, citations.length ? citations : [chain.anchor], [])
    }
    case 'document-ttps':
      return told(
        'yes',
        `T1053.005 (scheduled task) ${chain.path === 'atsvc-pipe' ? 'over the pipe atsvc (T1021.002)' : `by ${chain.path}`}; ${chain.resembles.map((one) => `resembles ${one.tool}`).join(', ') || 'resembles no known tool'}.`,
        [chain.anchor],
        [],
        'draft',
      )
    case 'document-gaps':
    case 'lesson-telemetry':
      return told(
        answers.notCollected.length ? 'yes' : 'no',
        `${answers.notCollected.map((one) => `${one.what} (${one.host})`).join('; ')}.`,
        [chain.anchor],
        lackOf(answers),
        `${answers.notCollected.length} sources`,
      )
    case 'lesson-why':
      return told(
        'unknown',
        `${accountWords(chain.account) ?? 'The account'} could make a task ${chain.mechanism.startsWith('remote') ? 'from another machine' : 'on this host'}: ${chain.mechanismWhy}. How it was taken over is not in this evidence.`,
        [chain.anchor],
        [
          missing(
            'how the account was taken over',
            'not-collected',
            'the source host and the domain controller are not in the evidence',
            'where the intrusion began',
          ),
        ],
        'draft',
      )
    case 'lesson-time':
      return attackToDetection(chain, detectedAt)
    default:
      return undefined
  }
}

/** Each missing telemetry once. */
const distinctLack = (answers: readonly Answer[]): Answer['missing'] => [
  ...new Map(answers.flatMap((one) => one.missing).map((one) => [one.telemetry, one])).values(),
]
const lackOf = (answers: ChainAnswers): Answer['missing'] =>
  distinctLack([...answers.validation, ...answers.questions])

function blockAddress(chain: Chain, answers: ChainAnswers): Answer {
  const source = answers.validation.find((one) => one.id === 'source-address') as Answer
  if (source.answer === 'unknown') return source
  const isSuspicious = answers.evidence.outcome === 'escalate'
  return {
    ...source,
    answer: source.answer === 'no' || isSuspicious ? 'yes' : 'no',
    value: chain.source.ip ?? source.value,
    why: `${source.why} ${source.answer === 'no' ? 'External: block it.' : isSuspicious ? 'Internal and suspicious: contain that machine; a perimeter firewall does not stand between.' : 'Internal, and nothing speaks against it.'}`,
  }
}

function attackToDetection(chain: Chain, detectedAt: string | undefined): Answer {
  const first = chain.steps.reduce(
    (earliest, step) => (step.time < earliest.time ? step : earliest),
    chain.steps[0] ?? { time: chain.time, locator: chain.anchor },
  )
  const detected = detectedAt === undefined ? undefined : parseUtc(detectedAt)
  const start = `The first record of the chain is of ${formatUtc(first.time)}; what came before is not in it`
  if (detected === undefined) {
    const lack = missing(
      'recorded start of the triage',
      'unknown',
      'nobody has recorded it: start the triage clock',
      'when the alert was taken up',
    )
    return told('unknown', `${start}. ${lack.why}`, [first.locator], [lack])
  }
  return told(
    'yes',
    `${start}; the triage began ${spanWords(millisecondsBetween(first.time, detected))} later, at ${formatUtc(detected)}.`,
    [first.locator],
    [],
    spanWords(millisecondsBetween(first.time, detected)),
  )
}

function todoOf(id: string, chain: Chain, answers: ChainAnswers): string {
  const who = [
    accountWords(chain.account) ?? 'the account',
    chain.account.sid && chain.account.name ? `(${chain.account.sid})` : '',
  ]
    .join(' ')
    .trim()
  const task = `${chain.task.path} on ${chain.host}`
  const ip = chain.source.ip ?? 'the source address, which is not known'
  const isGone = chain.deleted.answer === 'yes'
  const range = classifyAddress(chain.source.ip)
  switch (id) {
    case 'contain-disable-task':
      return isGone
        ? `${task} was deleted: make sure that it is gone (file, registry, task list).`
        : `Stop its running instances and disable ${task}. Export its definition first: disabling rewrites it.`
    case 'contain-suspend-account':
      return `Disable ${who}, by SID, on a domain controller or, if it is local, on ${chain.host}. Its tickets and sessions live on: close them too.`
    case 'contain-block-process':
      return `Record, then end the processes of ${chain.task.action ?? 'the task'} by id, name and start time; block the program by hash.`
    case 'contain-isolate-host':
      return `Isolate ${chain.host}, keeping the way from the jump box open, after volatile evidence is taken.`
    case 'contain-reset-password':
      return `Reset the password of ${who}; never type it into a command line. Service accounts: plan the change first.`
    case 'contain-block-address':
      return `Decide on ${ip}${range.isInternal ? ': internal, so contain the machine behind it' : ''}.`
    case 'contain-monitor':
      return `Watch ${chain.host} and ${who}: new tasks (4698, 4702), logons (4624) from ${ip}, processes (4688).`
    case 'network-block-address':
      return range.isInternal === false
        ? `Have ${ip} blocked at the perimeter.`
        : `${ip}: the perimeter firewall stops only external addresses.`
    case 'network-isolate-vlan':
      return `Ask for isolation of ${chain.host} and of the machine behind ${ip}.`
    case 'preserve-logs':
      return 'Seal the case: the bundle holds the logs with their hashes.'
    case 'preserve-image':
      return `Decide whether ${chain.host} is to be imaged, and memory taken, before anything is removed; note the hash of the image here.`
    case 'eradicate-delete-task':
      return isGone
        ? `Deleted already: check file, Tree, Tasks, Plain, Boot and Logon keys of ${task}.`
        : `Delete ${task}, after its definition is kept; check file and registry afterwards.`
    case 'eradicate-scan':
      return `Scan ${chain.host}. A scan may remove files: collect them first.`
    case 'eradicate-remove-files':
      return `Collect with hash, then remove: ${filesOf(answers) || 'the files the task names'}.`
    case 'eradicate-persistence':
      return `Look for services, Run keys, WMI subscriptions, other tasks and new accounts on ${chain.host}.${answers.context.services.length ? ` ${answers.context.services.length} services were installed after the task.` : ''}`
    case 'recover-enable-account':
      return `Enable ${who} only after its owner has confirmed and its password is new; then watch it.`
    case 'recover-monitor':
      return `Watch ${chain.host} and ${who} for 72 hours after containment.`
    case 'recover-rejoin':
      return `Let ${chain.host} back when the checks above are ticked.`
    case 'recover-patches':
      return `Check updates of ${chain.host}${chain.source.host ? ` and ${chain.source.host}` : ''}.`
    case 'document-incident':
      return 'Write the report; disposition, ticks and notes of this checklist are its source.'
    case 'document-ttps':
      return 'Check the draft and update the detection rules.'
    case 'lesson-control':
      return 'State which control would have prevented it (tiering, LAPS, SMB and RPC between workstations closed, least privilege).'
    case 'lesson-improvement':
      return 'State what is to be improved, by whom and until when.'
    case 'decide-escalate':
    case 'decide-close':
      return 'Decide: only a person sets the disposition. Conflicts with the evidence are shown first.'
    default:
      return 'Read the answer and its records; tick when you agree, note when you do not.'
  }
}

const filesOf = (answers: ChainAnswers): string =>
  listed([...new Set(answers.iocs.filter((one) => one.type === 'File').map((one) => one.value))], 5)
