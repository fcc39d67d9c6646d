/** The six key questions (windows.md §6). A "yes" cites, a "no" is proven, everything else says why it cannot be told. */
import { logsOf } from '../chains/coverage.ts'
import type { Answer, ChainContext, MissingTelemetry } from '../domain/answers.ts'
import type { Chain } from '../domain/chain.ts'
import { accountWords } from '../domain/describe.ts'
import type { Locator } from '../domain/locator.ts'
import { type FileTime, fileTime, formatUtc, millisecondsBetween, seconds } from '../domain/time.ts'
import type { Trace } from '../domain/trace.ts'
import {
  judgeAbsence,
  missing,
  missingAsGap,
  missingFrom,
  missingOrUntied,
  scheduler,
  security,
  subcategories,
} from './absence.ts'
import { classifyAddress } from './address-class.ts'
import { listed } from './bounds.ts'
import { movementPorts, placeWords } from './context.ts'
import { at, type PlaybookScene, stepsOf } from './scene.ts'
import { executedWithViews, hasView } from './task-state.ts'
import { sourceAddress } from './validation.ts'
import { asks } from './wording.ts'

export function answerQuestions(scene: PlaybookScene, context: ChainContext): readonly Answer[] {
  const ran = executed(scene)
  return [
    ran,
    accountHistory(scene, context),
    sourceAddress(scene, 'source-address', asks['source-address']),
    processSpawned(scene, ran),
    lateralMovement(scene, context),
    exfiltration(scene, context, ran),
  ]
}

function executed(scene: PlaybookScene): Answer {
  const { chain, host } = scene
  const ends = logsOf(host, scheduler).map((log) => log.to)
  const { answer, why, citations, places } = executedWithViews(
    scene,
    ends.reduce<FileTime | undefined>((last, to) => (last === undefined || to > last ? to : last), undefined),
  )
  const history = chain.gaps.find((gap) => gap.expected.startsWith('task history'))
  const tells = 'each start of the task, its result and its process'
  const lack: readonly MissingTelemetry[] =
    answer === 'yes'
      ? []
      : answer === 'unknown'
        ? [
            history
              ? missingAsGap('task history (106, 129, 200, 201)', history, tells)
              : missingFrom(
                  host,
                  'start in the task history',
                  scheduler,
                  undefined,
                  chain.time,
                  'end',
                  tells,
                ),
            missingLastRun(scene),
          ]
        : citations.length
          ? []
          : [missingFrom(host, 'start in the task history', scheduler, undefined, chain.time, 'end', tells)]
  const base = {
    id: 'executed',
    asks: asks.executed,
    answer,
    value: undefined,
    why,
    citations,
    missing: lack,
  }
  return places?.length ? { ...base, places } : base
}

function missingLastRun(scene: PlaybookScene): MissingTelemetry {
  const telemetry = 'last run of the task in TaskCache or in the list of the Task Scheduler'
  const tells = 'whether it ever ran, and when last'
  if (!hasView(scene, 'registry') && !hasView(scene, 'service'))
    return missing(telemetry, 'not-collected', 'neither is in the evidence', tells)
  return scene.chain.deleted.answer === 'yes'
    ? missing(telemetry, 'expected-absent', 'the task was deleted, and its key with it', tells)
    : missing(
        telemetry,
        'unknown',
        'what was collected of them does not tell of this life of the task',
        tells,
      )
}

/** The playbook looks back one day: less than that is too little to say "no". */
const leastLookBack = seconds(24 * 3600)

function accountHistory(scene: PlaybookScene, { earlierTaskWork }: ChainContext): Answer {
  const { chain, host } = scene
  const base = { id: 'account-history', asks: asks['account-history'] }
  const name = accountWords(chain.account) ?? 'the account'
  if (chain.account.sid === undefined)
    return {
      ...base,
      answer: 'unknown',
      value: undefined,
      why: 'No record names the SID of the account, and a name alone is no identity.',
      citations: [],
      missing: [
        missing(
          'SID of the account',
          'unknown',
          'the record of the task names none',
          'whose history to look for',
        ),
      ],
    }
  if (earlierTaskWork.length > 0) {
    const paths = new Set(earlierTaskWork.map((trace) => trace.subject ?? trace.what))
    const hosts = new Set(earlierTaskWork.map((trace) => trace.computer))
    const first = earlierTaskWork[0] as Trace
    return {
      ...base,
      answer: 'yes',
      value: `${earlierTaskWork.length} earlier task records`,
      why: `${name} did ${earlierTaskWork.length} other acts on ${paths.size} ${paths.size === 1 ? 'task' : 'tasks'} of ${hosts.size} ${hosts.size === 1 ? 'host' : 'hosts'} before, the first at ${formatUtc(first.time)}. That shows a habit, not a right: an intruder's earlier work looks the same.`,
      citations: at(earlierTaskWork),
      missing: [],
    }
  }
  const first = chain.steps.reduce((time, step) => (step.time < time ? step.time : time), chain.time)
  const from = fileTime(chain.time - leastLookBack)
  const tells = 'earlier task work of the account (4698 to 4702 with its SID)'
  const absent = missingFrom(
    host,
    `earlier task record of ${name}`,
    security,
    subcategories.taskChanges,
    from,
    first,
    tells,
  )
  const isCut = (scene.evidence.traces.left['task-work'] ?? 0) > 0
  if (absent.state === 'truly-absent' && !isCut) {
    const log = host.logs.find(
      (one) => one.channel.toLowerCase() === 'security' && one.from <= from && one.to >= first,
    )
    const since = log ? formatUtc(log.from) : 'a day before'
    return {
      ...base,
      answer: 'no',
      value: `none on this host since ${since}`,
      why: `${absent.why} The log reaches back to ${since}; before that, and on other hosts, it is not known.`,
      citations: [chain.anchor],
      missing: [absent],
    }
  }
  return { ...base, answer: 'unknown', value: undefined, why: absent.why, citations: [], missing: [absent] }
}

function processSpawned(scene: PlaybookScene, ran: Answer): Answer {
  const { chain, host } = scene
  const base = { id: 'process-spawned', asks: asks['process-spawned'] }
  const proven = chain.tree.nodes.filter((node) => node.standing === 'proven')
  const noted = stepsOf(chain, 'process-created')
  const likely = chain.tree.nodes.filter((node) => node.standing === 'consistent')
  const images = [
    ...new Set([...proven.map((node) => node.image), ...noted.map((step) => step.facts.image)].map(fileName)),
  ].filter(Boolean)
  if (proven.length > 0 || noted.length > 0) {
    const strength = proven[0]?.strength
    const citations = [...proven.map((node) => node.locator), ...at(noted)]
    return {
      ...base,
      answer: 'yes',
      value: listed(images, 6) || undefined,
      why: `${citations.length} ${citations.length === 1 ? 'record tells' : 'records tell'} of processes of the task${images.length ? ` (${listed(images, 6)})` : ''}${strength ? `; the link of the first is ${strength}` : ''}.`,
      citations,
      missing: [],
    }
  }
  if (ran.answer === 'no')
    return {
      ...base,
      answer: 'no',
      value: undefined,
      why: `The task did not run, so it started no process. ${ran.why}`,
      citations: ran.citations.length ? ran.citations : [chain.anchor],
      ...(ran.places ? { places: ran.places } : {}),
      missing: [],
    }
  const absent = missingOrUntied(
    host,
    '4688 of a process of the task',
    security,
    subcategories.processCreation,
    chain.time,
    'end',
    'which process the task started, and what that started',
  )
  const consistent = likely.length
    ? ` ${likely.length} ${likely.length === 1 ? 'process fits' : 'processes fit'} in time and image (${fileName(likely[0]?.image)}…), and nothing shows that the task started ${likely.length === 1 ? 'it' : 'them'}.`
    : ''
  return {
    ...base,
    answer: 'unknown',
    value: undefined,
    why: `No process is shown to come from the task.${consistent} ${absent.why}`,
    citations: likely.map((node) => node.locator),
    missing: [absent],
  }
}

const fileName = (path: string | undefined): string =>
  path?.split('\\').pop()?.replaceAll('"', '').toLowerCase() ?? ''

/** Records of another host that show work there from this one: links between two chains, and remote chains named after this host. */
export function onwardWork({ chain, evidence, keyOf, own }: PlaybookScene): readonly {
  readonly text: string
  readonly at: readonly Locator[]
}[] {
  const host = keyOf(chain.host)
  const linked = new Set(chain.wentTo.map((link) => link.toChain))
  const addresses = new Set(
    own.flatMap((trace) =>
      trace.ownIp !== undefined && classifyAddress(trace.ownIp).class !== 'loopback' ? [trace.ownIp] : [],
    ),
  )
  const others = evidence.chains.filter(
    (other) =>
      !linked.has(other.id) &&
      keyOf(other.host) !== host &&
      other.time > chain.time &&
      other.mechanism.startsWith('remote') &&
      ((other.source.host !== undefined && keyOf(other.source.host) === host) ||
        (other.source.ip !== undefined && addresses.has(other.source.ip))),
  )
  return [
    ...chain.wentTo.map((link) => ({
      text: `${link.fromHost} worked on ${link.toHost} (${link.why})`,
      at: [link.from, link.to],
    })),
    ...others.map((other) => ({
      text: `a task was made on ${other.host} from this host (${other.task.path})`,
      at: [other.anchor],
    })),
  ]
}

/** Of outbound traces, those that show work on another machine. */
const isMovement = (trace: Trace): boolean =>
  trace.kind === 'connection' ? trace.port !== undefined && movementPorts.has(trace.port) : true

function lateralMovement(scene: PlaybookScene, context: ChainContext): Answer {
  const { chain, host } = scene
  const base = { id: 'lateral-movement', asks: asks['lateral-movement'] }
  const traces = context.outbound.filter(({ trace }) => isMovement(trace))
  const tied = traces.filter(({ tie }) => tie !== undefined)
  const onward = onwardWork(scene)
  if (tied.length > 0 || onward.length > 0) {
    const told = [
      ...onward.map((one) => one.text),
      ...tied.map(({ trace, tie }) => `${placeWords(trace)} ${tie}`),
    ]
    return {
      ...base,
      answer: 'yes',
      value: `${tied.length + onward.length} traces`,
      why: `After the task: ${listed(told, 10, '; ')}.`,
      citations: [...onward.flatMap((one) => one.at), ...tied.map(({ trace }) => trace.locator)],
      missing: [],
    }
  }
  const tells = 'which machines this host reached'
  const lack = [
    missingFrom(
      host,
      '4648 of the account or of a process of the task',
      security,
      subcategories.logon,
      chain.time,
      'end',
      'whether credentials were used for another server',
    ),
    missingConnections(scene, tells),
    missing(
      'logs of other hosts and of the domain controller (4624, 4769, 4776)',
      'not-collected',
      'only they show logons that came from this host',
      tells,
    ),
  ]
  const others = traces.length
    ? ` ${traces.length} outbound traces of the host after the task are not tied to it (${placeWords((traces[0] as { trace: Trace }).trace)}…).`
    : ''
  return {
    ...base,
    answer: 'unknown',
    value: traces.length ? `${traces.length} traces not tied to the task` : undefined,
    why: `No record ties outbound work to the task.${others} ${lack[0]?.why} A "no" needs the logs of other hosts or of the domain controller.`,
    citations: traces.map(({ trace }) => trace.locator),
    missing: lack,
  }
}

/** Connections of the task's processes: with no process known, nothing could be looked for. */
function missingConnections({ chain, host }: PlaybookScene, tells: string): MissingTelemetry {
  const telemetry = '5156 of a process of the task'
  if (chain.tree.nodes.some((node) => node.standing === 'proven'))
    return missingFrom(host, telemetry, security, subcategories.connections, chain.time, 'end', tells)
  const { state, why } = judgeAbsence(host, security, subcategories.connections, chain.time, 'end')
  return state === 'truly-absent'
    ? missing(
        telemetry,
        'unknown',
        'no process of the task is known whose connections could be looked for',
        tells,
      )
    : missing(telemetry, state, why, tells)
}

function exfiltration(scene: PlaybookScene, context: ChainContext, ran: Answer): Answer {
  const { chain } = scene
  const base = { id: 'exfiltration', asks: asks.exfiltration }
  const signs: { readonly text: string; readonly at: readonly Locator[] }[] = []
  for (const { trace, tie } of context.outbound)
    if (tie && trace.kind === 'connection' && classifyAddress(trace.ip).isInternal === false)
      signs.push({ text: `${placeWords(trace)} was reached ${tie}`, at: [trace.locator] })
  const output = />{1,2}\s*"?(\\\\[^\s"<>|&]{3,400})/.exec(chain.task.action ?? '')?.[1]
  if (output && ran.answer === 'yes')
    signs.push({
      text: `the command ran and sends its output to ${output}`,
      at: [chain.anchor, ...ran.citations],
    })
  if (signs.length > 0)
    return {
      ...base,
      answer: 'yes',
      value: `${signs.length} ${signs.length === 1 ? 'sign' : 'signs'}`,
      why: `${listed(
        signs.map((one) => one.text),
        5,
        '; ',
      )}. What was sent is not recorded.`,
      citations: signs.flatMap((one) => one.at),
      missing: [],
    }
  const reads = stepsOf(chain, 'output-read')
  const transfers = context.transfers.map(({ trace }) => trace)
  const hints = [
    ...(reads.length ? [`the output of the command was fetched over a share (${reads.length} reads)`] : []),
    ...(transfers.length
      ? [
          `${transfers.length} background transfers of the host after the task; the records do not tell in which direction`,
        ]
      : []),
  ]
  const tells = 'whether and how much was sent out'
  const lack = [
    missingConnections(scene, tells),
    missing(
      'network records (proxy, firewall, flow), SRUM',
      'not-collected',
      'Windows logs hardly tell of data that leaves',
      tells,
    ),
  ]
  return {
    ...base,
    answer: 'unknown',
    value: hints.length ? 'hints only' : undefined,
    why: `${hints.length ? `Hints: ${hints.join('; ')}. ` : ''}These logs do not tell what leaves a host. ${lack[0]?.why}`,
    citations: [...at(reads), ...at(transfers)],
    missing: lack,
  }
}

/** Milliseconds the chain's task lived; undefined when its creation or deletion is not recorded. */
export function lifeOf(chain: Chain): number | undefined {
  if (chain.kind !== 'task-created') return undefined
  const end = stepsOf(chain, 'task-deleted')[0]
  return end && millisecondsBetween(chain.time, end.time)
}
