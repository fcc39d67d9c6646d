/** Files of the host, small and large, into the spool. */
import { createHash } from 'node:crypto'
import { channelFile } from './channels.ts'
import { answers, baseName, type CollectOptions, hashProblem, splitOnce } from './collecting.ts'
import { type ItemOf, itemOf } from './messages.ts'
import type { PlannedArtifact } from './plan.ts'
import type { StagedLog, Taken } from './spool.ts'
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
  for (const file of large)
    await takeFile(file.path, view === 'files' ? 'task-xml' : 'task-job', artifact, options, 'read shared')
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

export async function takeFile(
  hostPath: string,
  kind: Taken['kind'],
  artifact: PlannedArtifact,
  options: CollectOptions,
  method: string,
  staged?: StagedLog,
): Promise<void> {
  const { spool, connection, host } = options
  const file = staged?.file ?? spool.newPart()
  const got = await fetchFile(connection.channel, staged?.path ?? hostPath, spool.path(file), {
    signal: options.signal,
    onBytes: (here) => options.onBytes?.(here, staged?.size ?? artifact.bytes),
  })
  if (got.sha256OnHost !== got.sha256)
    options.onProblem(hashProblem(`${host}: ${hostPath}`, got.sha256OnHost, got.sha256))
  const [group, channel = ''] = splitOnce(artifact.id)
  const isChannel = group === 'log' || group === 'raw'
  spool.state.taken.push({
    artifact: artifact.id,
    name: isChannel ? channelFile(channel) : baseName(hostPath),
    hostPath,
    kind,
    file,
    size: got.size,
    sha256OnHost: got.sha256OnHost,
    sha256: got.sha256,
    method: `${method} over ${connection.way}${got.resumedAt > 0 && !got.restarted ? `, gone on at byte ${got.resumedAt} after a break` : ''}${got.restarted ? ', begun anew because the file had changed' : ''}`,
    query: artifact.query,
  })
}
