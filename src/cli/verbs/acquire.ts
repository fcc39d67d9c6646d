import { basename, resolve } from 'node:path'
import { Option } from 'commander'
import { Cancelled, Refusal } from '../../base/refusal.ts'
import { acquiredText, hostsText, preflightText } from '../acquire-text.ts'
import { caseFolder, operatorOf } from '../case-folder.ts'
import type { Case, Doors, PlanWishes } from '../doors.ts'
import { type ExitCode, exitCode, isCancellation, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { progressLine } from '../progress-line.ts'
import { readSecret } from '../read-secret.ts'
import {
  type AddVerb,
  type CaseOption,
  collect,
  endWith,
  type ProgressOption,
  type Surface,
  utcTime,
  wholeNumber,
  withCaseOption,
  withExamples,
  withProgressOption,
} from '../verb.ts'

interface Options extends CaseOption, ProgressOption {
  readonly via: 'auto' | 'winrm' | 'winrm-https' | 'ssh' | 'cim' | 'local'
  readonly user?: string
  readonly password?: true
  readonly preflight?: true
  readonly plan: 'quick' | 'playbook' | 'full' | 'again'
  readonly from?: string
  readonly to?: string
  readonly with?: readonly string[]
  readonly without?: readonly string[]
  readonly resume?: true
  readonly clean?: true
  readonly hosts?: string
  readonly parallel: number
  readonly port?: number
  readonly identity?: string
  readonly sshConfig?: string
  readonly pin?: string
  readonly trustHost?: true
  readonly files?: string
  readonly title?: string
  readonly json?: true
}

export const addAcquire: AddVerb = (program, surface, run) => {
  const command = program
    .command('acquire')
    .summary('take the evidence from a live host, without an agent')
    .description(
      'Takes tasks, logs, task history and what passes from a live Windows host into a case, and says what it left behind there.\n' +
        'Nothing is installed. The host is only read, but for a staging folder that is removed again.\n' +
        'An account with many rights is itself at risk on a host that is taken over: use one made for this, and change its password afterwards.',
    )
    .argument('[host]', 'name or address of the host')
    .addOption(
      new Option('--via <way>', 'how to get there; auto tries winrm, winrm-https, ssh, cim in this order')
        .choices(['auto', 'winrm', 'winrm-https', 'ssh', 'cim', 'local'])
        .default('auto'),
    )
    .option('--user <name>', 'account on the host (default: the current logon)')
    .option(
      '--password',
      'ask for its password without echo, or read one line of stdin; ssh uses keys instead',
    )
    .option(
      '--preflight',
      'only look: ways, rights, clock, channels, audit policy, what would be taken and left behind',
    )
    .addOption(
      new Option(
        '--plan <name>',
        'what to take; again: what was asked of this host in this case the last time',
      )
        .choices(['quick', 'playbook', 'full', 'again'])
        .default('playbook'),
    )
    .option(
      '--from <utc>',
      'begin of the time window for large logs, and for Security in the quick plan',
      utcTime,
    )
    .option('--to <utc>', 'end of that window', utcTime)
    .option(
      '--with <artifact>',
      'take an artifact the plan does not have, such as raw:Security or log:Application; may be repeated',
      collect,
    )
    .option(
      '--without <artifact>',
      'leave an artifact of the plan out, such as log:System or state:*; may be repeated',
      collect,
    )
    .option('--resume', 'go on with the acquisition of this host that was cut off')
    .option(
      '--clean',
      'remove staging folders that earlier runs left on the host; not while another run still goes on there',
    )
    .option('--hosts <file>', 'take from every host of a list, one name a line')
    .option('--parallel <n>', 'so many hosts at a time', wholeNumber(1, 64), 4)
    .option('--port <n>', 'port of SSH or WinRM', wholeNumber(1, 65_535))
    .option('--identity <file>', 'private key for ssh')
    .option('--ssh-config <file>', 'configuration file for ssh instead of your own')
    .option('--pin <fingerprint>', 'SHA-1 or SHA-256 of the certificate the host must show (winrm-https)')
    .option(
      '--trust-host',
      'add the host to TrustedHosts of this machine and set it back afterwards; both go into the custody journal',
    )
    .option(
      '--files <folder>',
      'no live host: its admin share (\\\\HOST\\C$) or a mounted image, by the same plan',
    )
    .option('--title <text>', 'title of a case that is made now (default: the name of its folder)')
    .option('--json', 'print what was found and taken as one JSON document')
  withProgressOption(withCaseOption(command)).action((host: string | undefined, options: Options) =>
    run(() => acquireVerb(surface, host, options)),
  )
  withExamples(command, [
    'acquire fs01.example.lan --preflight',
    'acquire --case fs01 fs01.example.lan --via ssh --user responder',
    'acquire --case fs01 fs01.example.lan --plan quick --from 2026-01-13T20:00:00Z',
    'acquire --case fs01 fs01.example.lan --with raw:Security --without state:*',
    'acquire --case site --hosts hosts.txt --parallel 16 --plan quick',
  ])
}

async function acquireVerb(surface: Surface, host: string | undefined, options: Options): Promise<ExitCode> {
  const { terminal, doors } = surface
  if ((host === undefined) === (options.hosts === undefined))
    throw new UsageError('give one host, or a list of them by --hosts FILE')
  if (options.hosts !== undefined && options.resume)
    throw new UsageError('--resume goes on with one host: name it')
  if (options.clean && (options.preflight || options.files !== undefined))
    throw new UsageError(
      '--clean goes with an acquisition: what is removed from a host stands in the journal of a case',
    )
  if (options.files !== undefined && options.hosts !== undefined)
    throw new UsageError('--files is the evidence of one host: name it')
  if (options.files !== undefined && (options.preflight || options.resume))
    throw new UsageError('--files reads a folder: there is nothing to look at first or to resume')
  if (options.plan === 'again' && (options.hosts !== undefined || options.preflight))
    throw new UsageError(
      '--plan again repeats what a case remembers of one host: name it, without --preflight',
    )
  if (options.password && options.user === undefined) throw new UsageError('--password needs --user')
  const secret = options.password
    ? await readSecret(terminal, `Password of ${options.user} (not shown): `)
    : undefined
  const how = {
    via: options.via,
    user: options.user,
    secret,
    port: options.port,
    pin: options.pin,
    trustHost: options.trustHost ?? false,
    clean: options.clean ?? false,
    ssh: {
      port: options.port,
      identity: options.identity === undefined ? undefined : resolve(terminal.cwd, options.identity),
      configFile: options.sshConfig === undefined ? undefined : resolve(terminal.cwd, options.sshConfig),
    },
    plan: wishesOf(options),
  }
  const progress = progressLine(terminal, options.progress)
  const work = { signal: terminal.signal, onProgress: progress.onProgress }
  const write = (document: unknown, text: () => string) => {
    progress.clear()
    return terminal.write(options.json ? jsonDocument(document) : text())
  }
  try {
    const hosts =
      options.hosts === undefined ? undefined : await doors.readHosts(resolve(terminal.cwd, options.hosts))
    if (options.preflight) {
      if (hosts) {
        const outcomes = await doors.preflightHosts(hosts, { ...how, ...work, parallel: options.parallel })
        await write(outcomes, () => hostsText(outcomes, terminal.columns))
        return endOfHosts(outcomes)
      }
      const report = await doors.preflightHost({ ...how, ...work, host: host as string })
      await write(report, () => preflightText(report, terminal.columns))
      return endWith(report.problems)
    }
    const open = await caseFor(options, surface)
    try {
      if (options.plan === 'again') how.plan = wishesOf(options, await doors.lastPlanOf(open, host as string))
      if (options.files !== undefined) {
        const root = resolve(terminal.cwd, options.files)
        const taken = await doors.acquireFiles(open, { root, host: host as string, plan: how.plan, ...work })
        await write(taken, () => acquiredText(taken, terminal.columns))
        return endWith(taken.problems)
      }
      if (hosts) {
        const outcomes = await doors.acquireHosts(open, hosts, {
          ...how,
          ...work,
          parallel: options.parallel,
        })
        await write(outcomes, () => hostsText(outcomes, terminal.columns))
        return endOfHosts(outcomes)
      }
      const result = await doors.acquireHost(open, {
        ...how,
        ...work,
        host: host as string,
        resume: options.resume ?? false,
      })
      await write(result, () => acquiredText(result, terminal.columns))
      return endWith(result.problems)
    } finally {
      open.close()
    }
  } catch (error) {
    progress.clear()
    if (isCancellation(error, terminal.signal))
      throw new Cancelled(
        error instanceof Cancelled && error.message.startsWith('cancelled;')
          ? error.message
          : 'cancelled; what had arrived stays in the case, and the same command with --resume goes on from there',
      )
    throw error
  }
}

/** What the options ask for, over what was asked for the last time. */
function wishesOf(options: Options, last?: PlanWishes): PlanWishes {
  return {
    name: options.plan === 'again' ? (last?.name ?? 'playbook') : options.plan,
    from: options.from ?? last?.from,
    to: options.to ?? last?.to,
    with: [...(last?.with ?? []), ...(options.with ?? [])],
    without: [...(last?.without ?? []), ...(options.without ?? [])],
  }
}

async function caseFor(options: Options, { terminal, doors }: Surface): Promise<Case> {
  const dir = caseFolder(options.case, terminal, doors)
  const operator = operatorOf(terminal)
  return doors.isCaseFolder(dir)
    ? doors.openCase(dir, { operator })
    : doors.createCase(dir, { title: options.title ?? basename(dir), operator })
}

type Outcomes = Awaited<ReturnType<Doors['acquireHosts']>> | Awaited<ReturnType<Doors['preflightHosts']>>

function endOfHosts(outcomes: Outcomes): ExitCode {
  const refused = outcomes.filter((one) => one.refused !== null)
  const first = refused[0]?.refused
  if (first && refused.length === outcomes.length)
    throw new Refusal(
      'acquire.hosts.none',
      `none of ${outcomes.length} hosts could be reached; the first: ${first.what}`,
      first.remedy,
    )
  if (refused.length > 0) return exitCode.reservations
  return endWith(
    outcomes.flatMap((one): readonly { readonly severity: string }[] => one.result?.problems ?? []),
  )
}
