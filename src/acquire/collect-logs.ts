/** Logs: exported by the event log service into the staging folder, or the file itself, read while it is in use. */

import { takeFile, takeOneOf, type Wanted } from './collect-files.ts'
import { answers, type CollectOptions } from './collecting.ts'
import { RequestFailed } from './failures.ts'
import { type ItemOf, itemOf } from './messages.ts'
import type { PlannedArtifact } from './plan.ts'
import type { ChannelFacts } from './preflight.ts'

/** Room that has to stay on the host's disk while a log is exported. */
const spareBytes = 1 << 30

export async function takeLog(
  channel: string,
  artifact: PlannedArtifact,
  options: CollectOptions,
): Promise<void> {
  const { spool, preflight } = options
  const facts = preflight.channels.find((one) => one.name === channel)
  if (spool.state.begun[artifact.id] && (await wentOn(artifact, options))) return
  const free = preflight.space?.free ?? null
  if (free !== null && artifact.bytes !== null && artifact.bytes + spareBytes > free)
    return takeRaw(
      channel,
      artifact,
      options,
      'copied as it lies, because the disk of the host has no room for an export',
    )
  try {
    await takeFile(artifact.id, artifact, options, await exportLog(channel, artifact, facts, options))
  } catch (error) {
    if (!(error instanceof RequestFailed) || !facts?.path) throw error
    delete spool.state.begun[artifact.id]
    options.onProblem({
      code: 'acquire.log.not-exported',
      severity: 'warning',
      where: `${options.host}: ${channel}`,
      what: `Windows did not export it (${error.message.slice(0, 300)}), so the file was copied as it lies. A copy of a log in use may be torn at its end: acquire it again when more of it is needed.`,
      facts: { error: error.marks.error, hresult: error.marks.code },
    })
    await takeRaw(channel, artifact, options, 'copied as it lies, because it could not be exported')
  }
}

/** Goes on with a log that was begun before a break. False: its export is gone from the host and has to be made again. */
async function wentOn(artifact: PlannedArtifact, options: CollectOptions): Promise<boolean> {
  const { spool } = options
  try {
    await takeFile(artifact.id, artifact, options)
    return true
  } catch (error) {
    if (!(error instanceof RequestFailed) || !spool.state.begun[artifact.id]?.isExport) throw error
    delete spool.state.begun[artifact.id]
    options.onProblem({
      code: 'acquire.export.gone',
      severity: 'info',
      where: `${options.host}: ${artifact.what}`,
      what: `What had been exported is not in the staging folder any more (${error.message.slice(0, 300)}), so it is exported once more.`,
    })
    return false
  }
}

async function exportLog(
  channel: string,
  artifact: PlannedArtifact,
  facts: ChannelFacts | undefined,
  options: CollectOptions,
): Promise<Wanted> {
  const name = `log-${options.spool.newPart().replace('.part', '')}.evtx`
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
  if (!staged) throw new RequestFailed('the host did not say what it exported')
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
    kind: 'evtx',
    isExport: true,
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
  if (!facts?.path) throw new RequestFailed('the host does not say where its file lies')
  await takeFile(artifact.id, artifact, options, {
    path: facts.path,
    size: facts.size,
    kind: 'evtx',
    method: `read shared while in use (${why})`,
  })
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
    await takeOneOf(artifact, options, {
      path: one.path,
      size: one.size,
      kind: 'evtx',
      method: `read shared; written ${one.modified}`,
    })
    await options.spool.save()
  }
}
