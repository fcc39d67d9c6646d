/** Logs: exported by the event log service into the staging folder, or the file itself, read while it is in use. */

import { takeFile } from './collect-files.ts'
import { answers, type CollectOptions } from './collecting.ts'
import { RequestFailed } from './failures.ts'
import { type ItemOf, itemOf } from './messages.ts'
import type { PlannedArtifact } from './plan.ts'
import type { ChannelFacts } from './preflight.ts'
import type { StagedLog } from './spool.ts'

/** Room that has to stay on the host's disk while a log is exported. */
const spareBytes = 1 << 30

export async function takeLog(
  channel: string,
  artifact: PlannedArtifact,
  options: CollectOptions,
): Promise<void> {
  const { spool, preflight } = options
  const facts = preflight.channels.find((one) => one.name === channel)
  const known = spool.state.staged[artifact.id]
  if (known) return takeFile(known.source || channel, 'evtx', artifact, options, known.method, known)
  const free = preflight.space?.free ?? null
  if (free !== null && artifact.bytes !== null && artifact.bytes + spareBytes > free)
    return takeRaw(
      channel,
      artifact,
      options,
      'copied as it lies, because the disk of the host has no room for an export',
    )
  try {
    const staged = await exportLog(channel, artifact, facts, options)
    spool.state.staged[artifact.id] = staged
    await spool.save()
    await takeFile(staged.source || channel, 'evtx', artifact, options, staged.method, staged)
    delete spool.state.staged[artifact.id]
  } catch (error) {
    if (!(error instanceof RequestFailed) || !facts?.path) throw error
    options.onProblem({
      code: 'acquire.log.not-exported',
      severity: 'warning',
      where: `${options.host}: ${channel}`,
      what: `Windows did not export it (${error.message.slice(0, 300)}), so the file was copied as it lies.`,
      facts: { error: error.kind, hresult: error.hresult },
    })
    await takeRaw(channel, artifact, options, 'copied as it lies, because it could not be exported')
  }
}

async function exportLog(
  channel: string,
  artifact: PlannedArtifact,
  facts: ChannelFacts | undefined,
  options: CollectOptions,
): Promise<StagedLog> {
  const { spool } = options
  const file = spool.newPart()
  const name = `log-${file.replace('.part', '')}.evtx`
  let staged: ItemOf<'staged'> | undefined
  await answers(options, 'export', { channel, query: artifact.query ?? null, name }, (answer) => {
    staged ??= itemOf(answer, 'staged')
    const opened = itemOf(answer, 'opened')
    if (opened)
      options.onProblem({
        code: 'acquire.staging.opened',
        severity: 'info',
        where: `${options.host}: ${opened.path}`,
        what: 'The event log service was given access to the staging folder, because it could not write there.',
      })
  })
  if (!staged) throw new RequestFailed('the host did not say what it exported', 'NoAnswer', 0)
  const { oldestBefore, oldestAfter, countBefore, countAfter } = staged
  if (
    oldestBefore !== null &&
    oldestAfter !== null &&
    countBefore !== null &&
    countAfter !== null &&
    oldestAfter > oldestBefore &&
    countAfter < countBefore
  )
    options.onProblem({
      code: 'acquire.log.cleared-meanwhile',
      severity: 'error',
      where: `${options.host}: ${channel}`,
      what: `The log was cleared while it was exported: it began at record ${oldestBefore} before and at ${oldestAfter} after. What was exported is kept and may not be all; take the file itself (raw:${channel}) and look for 1102 and 104.`,
      facts: { oldestBefore, oldestAfter, countBefore, countAfter },
    })
  return {
    path: staged.path,
    size: staged.size,
    source: staged.source || facts?.path || channel,
    file,
    method: `exported by the event log service at ${staged.at}${artifact.query ? ', filtered' : ', whole'}`,
  }
}

export async function takeRaw(
  channel: string,
  artifact: PlannedArtifact,
  options: CollectOptions,
  why: string,
): Promise<void> {
  const facts = options.preflight.channels.find((one) => one.name === channel)
  if (!facts?.path) throw new RequestFailed('the host does not say where its file lies', 'NoPath', 0)
  const { spool } = options
  const { query: _, ...whole } = artifact
  const method = `read shared while in use (${why})`
  const staged = spool.state.staged[artifact.id] ?? {
    path: facts.path,
    size: facts.size ?? 0,
    source: facts.path,
    file: spool.newPart(),
    method,
  }
  spool.state.staged[artifact.id] = staged
  await spool.save()
  await takeFile(facts.path, 'evtx', whole, options, method, staged)
  delete spool.state.staged[artifact.id]
}

export async function takeArchives(artifact: PlannedArtifact, options: CollectOptions): Promise<void> {
  const found: ItemOf<'archive'>[] = []
  await answers(options, 'archives', {}, (answer) => {
    const one = itemOf(answer, 'archive')
    if (one) found.push(one)
  })
  const done = new Set(
    options.spool.state.taken.filter((one) => one.artifact === artifact.id).map((one) => one.hostPath),
  )
  for (const one of found) {
    if (done.has(one.path)) continue
    await takeFile(
      one.path,
      'evtx',
      { ...artifact, bytes: one.size },
      options,
      `read shared; written ${one.modified}`,
    )
    await options.spool.save()
  }
}
