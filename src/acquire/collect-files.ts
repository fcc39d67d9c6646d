/** Files of the host, small and large, into the spool. */
import { createHash } from 'node:crypto'
import { channelFile } from './channels.ts'
import { answers, baseName, type CollectOptions, hashProblem, splitOnce } from './collecting.ts'
import { RequestFailed } from './failures.ts'
import { type ItemOf, itemOf } from './messages.ts'
import type { PlannedArtifact } from './plan.ts'
import { troubleProblem } from './preflight.ts'
import type { Begun, Taken } from './spool.ts'
import { fetchFile } from './transfer.ts'

export async function takeSmallFiles(
  view: 'files' | 'jobs',
  artifact: PlannedArtifact,
  options: CollectOptions,
): Promise<void> {
  const kind = view === 'files' ? 'task-file' : 'job-file'
  const large: ItemOf<'task-file'>[] = []
  await answers(options, `tasks-${view}`, {}, async (answer) => {
    const small = itemOf(answer, kind)
    if (!small) return
    if (!small.bytes) large.push(small)
    else await keepSmall(small, small.bytes, view, artifact, options)
  })
  for (const { path, size } of large)
    await takeOneOf(artifact, options, {
      path,
      size,
      kind: view === 'files' ? 'task-xml' : 'task-job',
      method: 'read shared',
    })
}

async function keepSmall(
  small: ItemOf<'task-file'>,
  bytes: Buffer,
  view: 'files' | 'jobs',
  artifact: PlannedArtifact,
  { spool, onProblem, host, connection }: CollectOptions,
): Promise<void> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== small.sha256) onProblem(hashProblem(`${host}: ${small.path}`, small.sha256, sha256))
  spool.state.taken.push({
    artifact: artifact.id,
    name: baseName(small.path),
    hostPath: small.path,
    kind: view === 'files' ? 'task-xml' : 'task-job',
    file: await spool.put(bytes),
    size: bytes.length,
    sha256OnHost: small.sha256,
    sha256,
    method: `read shared over ${connection.way}; written ${small.modified}, created ${small.created}`,
  })
}

/** A file to fetch that was not begun yet. */
export interface Wanted {
  /** what is read */
  readonly path: string
  /** what is said to have been taken, when that is another path */
  readonly source?: string
  readonly kind: Taken['kind']
  readonly size: number | null
  readonly method: string
  readonly isExport?: true
}

/**
 * Fetches one file, from the beginning or behind what had arrived when the connection broke. How often it was gone on with and how
 * often it began anew is noted before it happens, so that no further break can hide it.
 * @param key names the file within the acquisition
 */
export async function takeFile(
  key: string,
  artifact: PlannedArtifact,
  options: CollectOptions,
  wanted?: Wanted,
): Promise<void> {
  const { spool, connection, host } = options
  const begun = spool.state.begun[key] ?? (wanted ? begin(spool, wanted) : undefined)
  if (!begun) throw new Error('invariant broken: gone on with a file that was not begun')
  spool.state.begun[key] = begun
  await spool.save()
  const note = (change: () => void) => async () => {
    change()
    await spool.save()
  }
  const got = await fetchFile(connection.channel, begun.path, spool.path(begun.file), {
    signal: options.signal,
    onBytes: (here) => options.onBytes?.(here, begun.size),
    onResume: (at) => note(() => begun.resumedAt.push(at))(),
    onRestart: (had) =>
      note(() => {
        begun.begunAnew.push(had)
        begun.resumedAt = []
      })(),
  })
  if (got.sha256OnHost !== got.sha256)
    options.onProblem(hashProblem(`${host}: ${begun.source}`, got.sha256OnHost, got.sha256))
  const [group, channel = ''] = splitOnce(artifact.id)
  const isChannel = group === 'log' || group === 'raw'
  spool.state.taken.push({
    artifact: artifact.id,
    name: isChannel ? channelFile(channel) : baseName(begun.source),
    hostPath: begun.source,
    kind: begun.kind as Taken['kind'],
    file: begun.file,
    size: got.size,
    sha256OnHost: got.sha256OnHost,
    sha256: got.sha256,
    method: `${begun.method} over ${connection.way}${howItWent(begun)}`,
    query: begun.isExport ? artifact.query : undefined,
  })
  delete spool.state.begun[key]
}

/** One file of an artifact that has several: when it fails, the others go on. */
export async function takeOneOf(
  artifact: PlannedArtifact,
  options: CollectOptions,
  wanted: Wanted,
): Promise<void> {
  try {
    await takeFile(`${artifact.id}\n${wanted.path}`, artifact, options, wanted)
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error
    options.onProblem({
      ...troubleProblem(options.host, { where: wanted.path, what: error.message, ...error.marks }),
      severity: 'error',
    })
  }
}

const begin = (spool: CollectOptions['spool'], wanted: Wanted): Begun => ({
  path: wanted.path,
  source: wanted.source ?? wanted.path,
  kind: wanted.kind,
  size: wanted.size,
  file: spool.newPart(),
  method: wanted.method,
  isExport: wanted.isExport ?? false,
  resumedAt: [],
  begunAnew: [],
})

const howItWent = ({ resumedAt, begunAnew }: Begun): string =>
  [
    ...begunAnew.map((had) => `, begun anew because the file had changed (${had} bytes had arrived)`),
    ...(resumedAt.length > 0 ? [`, gone on at byte ${resumedAt.join(' and ')} after a break`] : []),
  ].join('')
