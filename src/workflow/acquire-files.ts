/**
 * The plan of an acquisition against files: the admin share of a host or a mounted image. What a running Windows alone can tell
 * (what passes, audit policy, clock) is not there, and that is said.
 */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { allChannels, channelFile, channelTiers, taskHistoryChannel } from '../acquire/channels.ts'
import { channelsToAsk, type PlanWishes } from '../acquire/plan.ts'
import { systemErrorCode, troubleInWords } from '../base/disk-trouble.ts'
import { isNamed } from '../base/name-pattern.ts'
import { Refusal } from '../base/refusal.ts'
import type { Problem } from '../domain/problem.ts'
import type { OnProgress } from '../domain/progress.ts'
import { findEvidence } from '../sources/find-evidence.ts'
import type { FoundFile } from '../sources/found-file.ts'
import type { AcquiredItem } from './admit-acquired.ts'
import { importEvidence } from './import-evidence.ts'
import { NotedProblems } from './ingest/noted-problems.ts'
import type { OpenCase } from './open-case.ts'

export interface FilesOptions {
  /** `\\HOST\C$` or where the image is mounted */
  readonly root: string
  readonly host: string
  readonly plan: PlanWishes
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** Takes tasks, logs, archived logs, .job files and hives. Throws Refusal when no Windows lies there. */
export async function acquireFiles(open: OpenCase, options: FilesOptions) {
  const { root, host, plan } = options
  const problems: Problem[] = []
  const finder = new Finder(problems)
  const windows = await finder.windowsFolder(root)
  const found: FoundFile[] = []
  const artifactOf = new Map<FoundFile, string>()
  const originOf = (path: string) =>
    `${host}\\C:\\Windows\\${path.slice(windows.length + 1).replaceAll('/', '\\')}`
  const keep = (artifact: string, file: FoundFile, path: string) => {
    const renamed = { ...file, origin: originOf(path) }
    artifactOf.set(renamed, artifact)
    found.push(renamed)
  }
  const take = async (artifact: string, path: string | undefined) => {
    if (path === undefined || isNamed(artifact, plan.without)) return
    for await (const one of findEvidence([path], { signal: options.signal })) {
      if (one.ok) keep(artifact, one.value, one.value.path ?? one.value.origin)
      else problems.push(one.problem)
    }
  }
  const takeRaw = async (artifact: string, path: string | undefined, kind: FoundFile['kind']) => {
    if (path === undefined || isNamed(artifact, plan.without)) return
    const { size } = await stat(path)
    const name = path.replace(/^.*[\\/]/, '')
    keep(artifact, { name, origin: path, kind, size, path, open: async () => createReadStream(path) }, path)
  }

  const tasks = await finder.below(windows, 'System32', 'Tasks')
  await take('tasks:files', tasks)
  if (!tasks)
    problems.push({
      code: 'acquire.tasks.missing',
      severity: 'warning',
      where: windows,
      what: 'There is no folder System32\\Tasks to be read: no task file was taken.',
    })
  await take('tasks:files', await finder.below(windows, 'SysWOW64', 'Tasks'))
  for (const job of await finder.filesIn(await finder.below(windows, 'Tasks'), /\.job$/i))
    await takeRaw('tasks:jobs', job, 'task-job')
  const logs = await finder.below(windows, 'System32', 'winevt', 'Logs')
  for (const channel of channelsOf(plan))
    await take(`log:${channel}`, await finder.below(logs, channelFile(channel)))
  if (plan.name !== 'quick' || isNamed('archives', plan.with))
    for (const archive of await finder.filesIn(logs, /^Archive-.*\.evtx$/i)) await take('archives', archive)
  for (const hive of ['SOFTWARE', 'SYSTEM'])
    await takeRaw(
      'tasks:cache',
      await finder.below(windows, 'System32', 'config', hive),
      'registry-hive',
    ).catch((error: unknown) => {
      // the hives of a running Windows are locked
      problems.push({
        code: 'acquire.hive.unreadable',
        severity: 'warning',
        where: originOf(join(windows, 'System32', 'config', hive)),
        what: `The hive cannot be read: ${troubleInWords(error)}. Tasks in the registry are not among what was taken.`,
      })
    })
  if (!logs)
    problems.push({
      code: 'acquire.logs.missing',
      severity: 'warning',
      where: windows,
      what: 'There is no folder System32\\winevt\\Logs: no log was taken.',
    })
  problems.push({
    code: 'acquire.files.only',
    severity: 'info',
    where: host,
    what: `Taken from files: what passes on the host, its audit policy and its clock are not known, so a missing record proves nothing by itself.${root.startsWith('\\\\') ? ' Reading a share leaves 5140 and 5145 of this account there; they are not marked.' : ''}`,
  })
  return admit(open, options, found, artifactOf, problems)
}

async function admit(
  open: OpenCase,
  { root, host, signal, onProgress }: FilesOptions,
  found: readonly FoundFile[],
  artifactOf: ReadonlyMap<FoundFile, string>,
  problems: readonly Problem[],
) {
  const stored = new Map<FoundFile, string>()
  const imported = await importEvidence(open, [root], {
    host,
    found: found.map((value) => ({ ok: true as const, value })),
    signal,
    onProgress,
    onTaken: (file, sha256) => void stored.set(file, sha256),
  })
  const noted = new NotedProblems(open.casefile)
  for (const problem of problems) noted.note(null, problem)
  await open.custody.append({
    action: 'collected',
    items: [...new Set(stored.values())],
    location: { from: root, to: 'evidence store of this case' },
    method: 'read as files, hashed while they were stored',
    note: `${host}: ${found.length} files of a share or a mounted image`,
  })
  const items: AcquiredItem[] = found.map((file) => ({
    artifact: artifactOf.get(file) ?? '',
    name: file.name,
    hostPath: file.origin,
    kind: file.kind,
    size: file.size,
    sha256OnHost: null,
    sha256Received: stored.get(file) ?? '',
    sha256Stored: stored.get(file) ?? null,
    method: 'read as a file',
    query: null,
  }))
  return {
    schema: 'tasktrail-acquire/1' as const,
    case: open.dir,
    host,
    way: 'files',
    breaks: 0,
    items,
    evidence: imported.evidence,
    records: imported.records,
    events: imported.events,
    problems: [
      ...problems.map((problem) => ({ ...problem, evidenceId: problem.evidenceId ?? null })),
      ...imported.problems,
    ],
  }
}

const channelsOf = (plan: PlanWishes): readonly string[] => {
  const planned: readonly string[] =
    plan.name === 'quick'
      ? ['Security', taskHistoryChannel, 'System']
      : plan.name === 'full'
        ? allChannels
        : channelTiers.slice(0, 2).flat()
  return channelsToAsk(plan).filter((one) => planned.includes(one) || isNamed(`log:${one}`, plan.with))
}

/** Finds folders and files; what cannot be listed becomes a problem, what is not there does not. */
class Finder {
  readonly #problems: Problem[]
  constructor(problems: Problem[]) {
    this.#problems = problems
  }

  async windowsFolder(root: string): Promise<string> {
    for (const steps of [['Windows'], [], ['C', 'Windows'], ['C$', 'Windows']]) {
      const folder = await this.below(root, ...steps)
      if (folder && (await this.below(folder, 'System32'))) return folder
    }
    throw new Refusal(
      'acquire.files.no-windows',
      `there is no Windows folder in ${root}${this.#problems[0] ? `: ${this.#problems[0].what}` : ''}`,
      'Give the root of the drive: \\\\HOST\\C$, or where the image is mounted.',
    )
  }

  /** A path below a folder, in any case: an image may be mounted where names are told apart by case. */
  async below(folder: string | undefined, ...steps: readonly string[]): Promise<string | undefined> {
    let here = folder
    for (const step of steps) {
      if (here === undefined) return undefined
      const names = await this.#list(here)
      const name = names.includes(step) ? step : names.find((one) => one.toLowerCase() === step.toLowerCase())
      here = name === undefined ? undefined : join(here, name)
    }
    return here
  }

  async filesIn(folder: string | undefined, pattern: RegExp): Promise<readonly string[]> {
    if (folder === undefined) return []
    return (await this.#list(folder))
      .filter((name) => pattern.test(name))
      .sort()
      .map((name) => join(folder, name))
  }

  async #list(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(folder)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        this.#problems.push({
          code: 'acquire.folder.unreadable',
          severity: 'error',
          where: folder,
          what: `The folder cannot be listed: ${troubleInWords(error)}. Nothing below it was taken.`,
        })
      return []
    }
  }
}
