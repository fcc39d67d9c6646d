/** The four boxes of "Validate the alert", each answered as asked, with what the question gets wrong beside it (windows.md §6). */
import { spanWords } from '../chains/order.ts'
import { recorded } from '../domain/absent.ts'
import type { Answer, MissingTelemetry } from '../domain/answers.ts'
import type { Chain, ChainStep } from '../domain/chain.ts'
import type { LogonEvent, PrivilegesEvent } from '../domain/event.ts'
import type { Locator } from '../domain/locator.ts'
import { fileTime, millisecondsBetween, seconds } from '../domain/time.ts'
import {
  isKnownAbsence,
  missing,
  missingAsGap,
  missingFrom,
  missingOrUntied,
  security,
  subcategories,
} from './absence.ts'
import { classifyBeside } from './address-class.ts'
import { listed } from './bounds.ts'
import { at, isPerson, type PlaybookScene, stepsOf } from './scene.ts'
import { asks } from './wording.ts'

export const validate = (scene: PlaybookScene): readonly Answer[] => [
  eventsPresent(scene),
  timeCorrelation(scene),
  accountPrivilege(scene),
  sourceAddress(scene, 'source-address', asks['validation-source-address']),
]

const shareAccesses = (chain: Chain): readonly ChainStep[] =>
  chain.steps.filter((step) => step.eventId === 5145)
const networkLogons = (chain: Chain): readonly ChainStep[] =>
  chain.steps.filter((step) => step.eventId === 4624 && step.facts.logonType === '3')
const creations = (chain: Chain): readonly ChainStep[] => chain.steps.filter((step) => step.eventId === 4698)

const isLocal = (chain: Chain): boolean =>
  chain.mechanism === 'local' || chain.mechanism === 'machine-managed'

/** The chain's own judgement of the gap where it made one, else that of the coverage around the moment. */
function absenceOf(
  scene: PlaybookScene,
  telemetry: string,
  expected: (text: string) => boolean,
  subcategory: (typeof subcategories)[keyof typeof subcategories],
  wouldTell: string,
): MissingTelemetry {
  const { chain, host } = scene
  const gap = chain.gaps.find((one) => expected(one.expected))
  if (gap) return missingAsGap(telemetry, gap, wouldTell)
  const from = fileTime(chain.time - seconds(10))
  return missingOrUntied(
    host,
    telemetry,
    security,
    subcategory,
    from,
    fileTime(chain.time + seconds(2)),
    wouldTell,
  )
}

function missingLogon(scene: PlaybookScene): MissingTelemetry {
  const { chain } = scene
  const tells = 'which address the account came from, and when it left'
  return isLocal(chain)
    ? missing('4624 of type 3', 'expected-absent', 'the task was made on the host itself', tells)
    : absenceOf(scene, '4624 of type 3', (text) => /^4624 for /.test(text), subcategories.logon, tells)
}

function missingShare(scene: PlaybookScene): MissingTelemetry {
  const { chain } = scene
  const tells =
    'whether the pipe of the task scheduler or a file of the task was reached over a share, and from where'
  return isLocal(chain)
    ? missing('5145', 'expected-absent', 'the task was made on the host itself', tells)
    : absenceOf(scene, '5145', (text) => text.startsWith('5145'), subcategories.detailedFileShare, tells)
}

function eventsPresent(scene: PlaybookScene): Answer {
  const { chain } = scene
  const found = [networkLogons(chain), shareAccesses(chain), creations(chain)] as const
  const absent = [
    ...(found[0].length ? [] : [missingLogon(scene)]),
    ...(found[1].length ? [] : [missingShare(scene)]),
    ...(found[2].length
      ? []
      : [
          absenceOf(
            scene,
            '4698',
            (text) => text === '4698',
            subcategories.taskChanges,
            'what the task was when it was made, by whom and in which logon',
          ),
        ]),
  ]
  const names = ['4624 (type 3)', '5145', '4698']
  const present = names.filter((_, i) => (found[i] ?? []).length > 0)
  const answer =
    absent.length === 0 ? 'yes' : absent.some((one) => isKnownAbsence(one.state)) ? 'no' : 'unknown'
  const has = present.length ? `${present.join(', ')} present` : 'none of the three is present'
  return {
    id: 'events-present',
    asks: asks['events-present'],
    answer,
    value: `${present.length} of 3`,
    why:
      absent.length === 0
        ? `All three are in the evidence.`
        : `${has}. ${absent.map((one) => one.why).join(' ')}`,
    citations: at(found.flat()),
    missing: absent,
    correction:
      'A missing 5145 does not make the alert false: schtasks and the task API speak RPC over TCP and open no pipe, and the events are off by default.',
  }
}

/** The access nearest in time to the task event; pipe before file, because it is the call itself. */
function nearestAccess(chain: Chain): ChainStep | undefined {
  const distance = (step: ChainStep) => Math.abs(millisecondsBetween(step.time, chain.time))
  const pipes = stepsOf(chain, 'pipe-opened')
  const accesses = pipes.length ? pipes : shareAccesses(chain)
  return accesses.reduce<ChainStep | undefined>(
    (nearest, step) => (nearest && distance(nearest) <= distance(step) ? nearest : step),
    undefined,
  )
}

function timeCorrelation(scene: PlaybookScene): Answer {
  const { chain } = scene
  const base = {
    id: 'time-correlation',
    asks: asks['time-correlation'],
    correction: 'The playbook names no number; the difference of each link is shown instead.',
  }
  const access = nearestAccess(chain)
  if (access) {
    const delta = millisecondsBetween(access.time, chain.time)
    const others = chain.links
      .filter((link) => link.rule === 'L2' || link.rule === 'L3' || link.rule === 'L4')
      .map((link) => `${link.rule} ${spanWords(link.deltaMs)}`)
    return {
      ...base,
      answer: 'yes',
      value: spanWords(delta),
      why: `${access.what}, ${spanWords(delta)} ${delta >= 0 ? 'before' : 'after'} the task was ${chain.kind.slice(5)}${others.length ? ` (${listed([...new Set(others)], 6)})` : ''}.`,
      citations: [access.locator, chain.anchor],
      missing: [],
    }
  }
  const share = missingShare(scene)
  const logon = networkLogons(chain)[0]
  const instead = logon
    ? ` The logon of the caller lies ${spanWords(millisecondsBetween(logon.time, chain.time))} before the task event.`
    : ''
  return {
    ...base,
    // where no access is to be expected there are no two times to compare
    answer: share.state === 'truly-absent' ? 'no' : 'unknown',
    value: undefined,
    why: `${share.why}${instead}`,
    citations: [...(logon ? [logon.locator] : []), chain.anchor],
    missing: [share],
  }
}

/** Accounts that Windows itself gives all rights to, or none. */
function builtIn(sid: string | undefined): { readonly isAdmin: boolean; readonly words: string } | undefined {
  if (sid === 'S-1-5-18') return { isAdmin: true, words: 'SYSTEM, the operating system itself' }
  if (sid === 'S-1-5-19') return { isAdmin: false, words: 'LOCAL SERVICE, a service account with few rights' }
  if (sid === 'S-1-5-20')
    return { isAdmin: false, words: 'NETWORK SERVICE, a service account with few rights' }
  if (isPerson(sid) && sid?.endsWith('-500'))
    return { isAdmin: true, words: 'the built-in Administrator (RID 500)' }
  return undefined
}

function accountPrivilege(scene: PlaybookScene): Answer {
  const { chain, events, host } = scene
  const base = {
    id: 'account-privilege',
    asks: asks['account-privilege'],
    correction:
      'Creating a task from another machine needs an administrator, and intruders use stolen ones: that the account is administrative speaks for no false positive.',
  }
  const sid = chain.account.sid
  const isOwn = (event: LogonEvent | PrivilegesEvent) => sid === undefined || event.account.sid === sid
  const rights = events.filter(
    (event): event is PrivilegesEvent => event.kind === 'privileges' && isOwn(event),
  )
  const logons = events.filter((event): event is LogonEvent => event.kind === 'logon' && isOwn(event))
  const elevated = logons.filter((event) => recorded(event.elevated) === true)
  const known = builtIn(sid)
  const cited = [...rights, ...elevated].map((event): Locator => event.locator)
  const citations = cited.length ? cited : [chain.anchor]
  if (rights.length > 0 || elevated.length > 0 || known?.isAdmin) {
    const facts = [
      ...(rights.length
        ? [
            `4672 gave its logon special privileges (${(rights[0]?.privileges ?? []).slice(0, 4).join(', ') || 'not named'}…)`,
          ]
        : []),
      ...(elevated.length ? ['4624 says that its token was elevated'] : []),
      ...(known?.isAdmin ? [`it is ${known.words}`] : []),
    ]
    return {
      ...base,
      answer: 'no',
      value: 'administrative',
      why: `It is administrative: ${facts.join('; ')}.`,
      citations,
      missing: [],
    }
  }
  if (known)
    return {
      ...base,
      answer: 'yes',
      value: 'not administrative',
      why: `It is ${known.words}.`,
      citations,
      missing: [],
    }
  const tells = 'whether the logon was given administrative rights'
  const logon = logons[0]
  const from = fileTime((logon?.time ?? chain.time) - seconds(logon ? 1 : 10))
  const until = fileTime((logon?.time ?? chain.time) + seconds(1))
  const look = logon ? missingFrom : missingOrUntied
  const absent = look(host, '4672 for the logon', security, subcategories.specialLogon, from, until, tells)
  const notElevated = logons.length > 0 && logons.every((event) => recorded(event.elevated) === false)
  if (absent.state === 'truly-absent' && notElevated)
    return {
      ...base,
      answer: 'yes',
      value: 'not administrative in this logon',
      why: `Its token was not elevated (4624). ${absent.why}`,
      citations: logons.map((event) => event.locator),
      missing: [absent],
    }
  const directory = missing(
    'group memberships of the account',
    'not-collected',
    'they are kept by the domain controller or in the SAM of the host, which is not in the evidence',
    'whether the account is an administrator here or of the domain',
  )
  return {
    ...base,
    answer: 'unknown',
    value: undefined,
    why: `${absent.why} ${directory.why}`,
    citations: [],
    missing: [absent, directory],
  }
}

/** Internal or external, by the class of the address; several candidates answer only where all are of one kind. */
export function sourceAddress(scene: PlaybookScene, id: string, question: string): Answer {
  const { chain } = scene
  const base = {
    id,
    asks: question,
    correction:
      'Moving from host to host is internal by nature: an internal address speaks for no false positive. Loopback only lowers "remote", never "malicious".',
  }
  const candidates = chain.source.candidates.map((one) => ({ ip: one.ip, locator: one.locator }))
  const own = sourceStep(chain)
  const found =
    chain.source.ip === undefined
      ? candidates
      : [{ ip: chain.source.ip, locator: own?.locator ?? candidates[0]?.locator ?? chain.anchor }]
  const ownAddresses = scene.host.facts.flatMap((facts) => facts.addresses ?? [])
  const classes = found.map((one) => classifyBeside(one.ip, ownAddresses))
  const first = classes[0]
  if (first?.isInternal !== undefined && classes.every((one) => one.isInternal === first.isInternal)) {
    const several = found.length > 1 ? `One of ${found.length} addresses, all of one kind: ` : ''
    return {
      ...base,
      answer: first.isInternal ? 'yes' : 'no',
      value: first.words,
      why: `${several}${listed(
        found.map((one, i) => `${one.ip} is ${classes[i]?.words}`),
        5,
        '; ',
      )}${chain.source.basis ? ` (found by rule ${chain.source.basis}, ${chain.source.strength ?? 'strength not given'})` : ''}.`,
      citations: found.map((one) => one.locator),
      missing: [],
    }
  }
  const state = isLocal(chain) ? 'expected-absent' : 'unknown'
  const lack = isLocal(chain)
    ? missing(
        'source address',
        state,
        `${chain.mechanismWhy}: a call on the host itself has no address`,
        'from where the session that made the call was opened',
      )
    : missingSource(scene)
  return {
    ...base,
    answer: 'unknown',
    value: found.length ? 'several addresses of different kinds' : undefined,
    why: found.length
      ? `The candidates are of different kinds: ${listed(
          found.map((one, i) => `${one.ip} is ${classes[i]?.words}`),
          5,
          '; ',
        )}.`
      : lack.why,
    citations: found.map((one) => one.locator),
    missing: [lack],
  }
}

const sourceStep = (chain: Chain): ChainStep | undefined =>
  chain.steps.find((step) => step.facts.ip === chain.source.ip && step.eventId === 4624) ??
  chain.steps.find((step) => step.facts.ip === chain.source.ip)

function missingSource(scene: PlaybookScene): MissingTelemetry {
  const gap = scene.chain.gaps.find((one) => /^4624 for |^5145/.test(one.expected))
  const tells = 'from which address the call came'
  if (gap) return missingAsGap('record with the source address', gap, tells)
  return missing('record with the source address', 'unknown', scene.chain.mechanismWhy, tells)
}
