/** "Escalate to Tier 2 if": the four criteria. */
import type { Answer, ChainContext, MissingTelemetry } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import { formatUtc } from '../domain/time.ts'
import { missing, missingFrom, moreSubcategories, security } from './absence.ts'
import { listed } from './bounds.ts'
import { at, type PlaybookScene } from './scene.ts'
import { backDoorFindings, isPlace } from './task-state.ts'
import { asks } from './wording.ts'

export function escalationCriteria(
  scene: PlaybookScene,
  questions: readonly Answer[],
  context: ChainContext,
): readonly Answer[] {
  return [movement(scene, questions), malware(scene), afterReenable(scene, context), scope(questions)]
}

/** Wider than the key question: work of the same account or address on another host counts, wherever it came from. */
function movement({ chain, evidence, keyOf }: PlaybookScene, questions: readonly Answer[]): Answer {
  const asked = questions.find((one) => one.id === 'lateral-movement') as Answer
  const base = { id: 'lateral-movement', asks: asks['escalation-lateral-movement'] }
  if (asked.answer === 'yes') return { ...asked, ...base }
  const elsewhere = evidence.chains.filter(
    (other) => keyOf(other.host) !== keyOf(chain.host) && isSameActor(chain, other),
  )
  if (elsewhere.length > 0) {
    const hosts = [...new Set(elsewhere.map((other) => other.host))]
    return {
      ...base,
      answer: 'yes',
      value: `${hosts.length + 1} hosts`,
      why: `The same ${chain.source.ip !== undefined && elsewhere[0]?.source.ip === chain.source.ip ? `address ${chain.source.ip}` : 'account'} made or changed tasks over the network on ${listed(hosts, 5)} too.`,
      citations: elsewhere.map((other) => other.anchor),
      missing: [],
    }
  }
  return { ...asked, ...base }
}

const isSameActor = (a: Chain, b: Chain): boolean =>
  b.mechanism.startsWith('remote') &&
  ((a.source.ip !== undefined && a.source.ip === b.source.ip) ||
    (a.account.sid?.startsWith('S-1-5-21-') === true && a.account.sid === b.account.sid))

const defender = 'Microsoft-Windows-Windows Defender/Operational'

function malware(scene: PlaybookScene): Answer {
  const { chain, host, own } = scene
  const base = { id: 'malware', asks: asks['escalation-malware'] }
  const reports = own.filter((trace) => trace.kind === 'malware')
  if (reports.length > 0)
    return {
      ...base,
      answer: 'yes',
      value: `${reports.length} reports`,
      why: `The virus scanner of the host reported: ${listed(
        reports.map((trace) => trace.what),
        3,
        '; ',
      )}.`,
      citations: at(reports),
      missing: [],
    }
  const hidden = backDoorFindings(scene)
  if (hidden.length > 0)
    return {
      ...base,
      answer: 'yes',
      value: 'a hidden task',
      why: `The task was hidden from Windows' own tools, which no program does by itself: ${listed(
        hidden.map((one) => one.what),
        3,
        ' ',
      )}`,
      citations: [chain.anchor],
      places: hidden.flatMap((one) => one.citations).filter(isPlace),
      missing: [],
    }
  const lack: readonly MissingTelemetry[] = [
    missingFrom(
      host,
      'report of the virus scanner (1116, 1117)',
      defender,
      undefined,
      chain.time,
      'end',
      'what the virus scanner found',
    ),
    missing(
      'scan of the host',
      'not-collected',
      'the files of the host were not examined',
      'whether malware or a back door is there',
    ),
  ]
  const stays =
    chain.deleted.answer === 'yes'
      ? ''
      : ' The task itself may be the back door: its removal is not recorded.'
  return {
    ...base,
    answer: 'unknown',
    value: undefined,
    why: `${lack[0]?.why} Silence of a scanner is no proof of a clean host.${stays}`,
    citations: chain.deleted.answer === 'yes' ? [] : [chain.anchor],
    missing: lack,
  }
}

function afterReenable(scene: PlaybookScene, { accountChanges }: ChainContext): Answer {
  const { chain, host, evidence } = scene
  const base = { id: 'action-after-reenable', asks: asks['escalation-reenable'] }
  const sid = chain.account.sid
  const enabled = evidence.traces.traces.filter(
    (trace) =>
      trace.kind === 'account-change' &&
      trace.eventId === 4722 &&
      trace.time > chain.time &&
      sid !== undefined &&
      trace.subjectSid === sid,
  )
  const first = enabled[0]
  if (first) {
    const later = evidence.chains.filter((other) => other.account.sid === sid && other.time > first.time)
    if (later.length > 0)
      return {
        ...base,
        answer: 'yes',
        value: `${later.length} acts on tasks`,
        why: `The account was enabled again at ${formatUtc(first.time)} and touched tasks afterwards: ${listed(
          later.map((other) => `${other.task.path} on ${other.host}`),
          3,
          '; ',
        )}.`,
        citations: [first.locator, ...later.map((other) => other.anchor)],
        missing: [],
      }
  }
  const lack = missingFrom(
    host,
    'further act of the account after it was enabled again (4722)',
    security,
    moreSubcategories.userAccountManagement,
    chain.time,
    'end',
    'whether the account was suspended and enabled again, and what it did then',
  )
  const directory = missing(
    'logs of the domain controller',
    'not-collected',
    'accounts of a domain are enabled there',
    'when the account was enabled again',
  )
  const other = accountChanges.length ? ' Other changes of accounts are listed.' : ''
  return {
    ...base,
    answer: 'unknown',
    value: first ? 'enabled again, no further task work recorded' : undefined,
    why: first
      ? `The account was enabled again at ${formatUtc(first.time)}; no further task work of it is recorded, and other acts are not told apart from honest ones.`
      : `${lack.why}${other}`,
    citations: first ? [first.locator] : [],
    missing: [lack, directory],
  }
}

function scope(questions: readonly Answer[]): Answer {
  const open = questions.filter((one) => one.answer === 'unknown')
  return {
    id: 'scope-undetermined',
    asks: asks['escalation-scope'],
    answer: open.length > 0 ? 'yes' : 'no',
    value: `${open.length} of ${questions.length} key questions open`,
    why: open.length
      ? `It cannot be told from this evidence: ${open.map((one) => one.asks).join('; ')}.`
      : 'Every key question is answered from the evidence.',
    citations: questions.flatMap((one) => (open.length ? [] : one.citations)),
    missing: open.flatMap((one) => one.missing),
  }
}
