/** What a case holds, at a glance. */
import { formatUtc } from '../domain/time.ts'
import { findCaseChains, hostFactsOf } from './find-chains.ts'
import { openImports } from './ingest/open-imports.ts'
import { countTasks } from './list-tasks.ts'
import type { OpenCase } from './open-case.ts'
import { readOpenedBundle, receivedBundles, weakestVerdict } from './received-bundles.ts'
import { indexOfCase } from './records/index-of-case.ts'

export async function summariseCase(open: OpenCase) {
  const entries = open.casefile.evidence()
  const complete = entries.filter((entry) => entry.state === 'complete')
  const index = indexOfCase(open)
  const facts = hostFactsOf(open)
  const names = new Map<string, string>()
  for (const entry of complete) if (entry.host) names.set(entry.host.toLowerCase(), entry.host)
  const timeAt = (position: number) => {
    const global = index.order[position]
    if (global === undefined) return null
    const { segment, row } = index.at(global)
    return formatUtc(segment.time(row))
  }
  return {
    caseId: open.caseId,
    dir: open.dir,
    title: open.title,
    createdAt: open.createdAt,
    readOnly: open.readOnly,
    ...(await bundleState(open)),
    incomplete: incompleteWork(open),
    counts: {
      evidence: complete.length,
      records: complete.reduce((sum, entry) => sum + entry.records, 0),
      events: complete.reduce((sum, entry) => sum + entry.events, 0),
      chains: findCaseChains(open).length,
      problems: open.casefile.problemTotal(),
      tasks: countTasks(open),
    },
    hosts: [...names.values()].sort().map((name) => {
      const fact = facts.find((one) => one.host.toLowerCase() === name.toLowerCase())
      return { name, utcOffsetMinutes: fact?.utcOffsetMinutes ?? null, timeZone: fact?.timeZone ?? null }
    }),
    first: timeAt(0),
    last: timeAt(index.total - 1),
    practice: open.practice,
  }
}

/** What an import that was stopped or cut off left undone, in words; empty when all is whole. */
function incompleteWork(open: OpenCase): string[] {
  const half = open.casefile
    .evidence()
    .filter((entry) => entry.state === 'reading')
    .map((entry) => `${entry.origin} was not read to its end. Import it again; what is finished stays.`)
  const stopped = openImports(open.casefile).map(({ paths, files }) => {
    const count = files === undefined ? 'while it looked for evidence' : `(${files} files)`
    return `The import of ${paths.join(', ').slice(0, 500)} ${count} was stopped before its end. Import the same again: it goes on from there.`
  })
  return [...stopped, ...half, ...lostItems(open)]
}

/** Items the journal knows and the database does not: a power loss may take the database's last writes back. */
function lostItems(open: OpenCase): string[] {
  // the journal of a bundle goes on from its sender's, who may have sealed a part of his case
  if (open.readOnly) return []
  const known = new Set(open.casefile.evidence().map((entry) => entry.sha256))
  const lost = new Map<string, string>()
  for (const line of open.custody.lines())
    if (line.action === 'imported')
      for (const id of line.items) if (!known.has(id)) lost.set(id, line.location?.from ?? id)
  return [...lost].map(
    ([id, from]) =>
      `${from} was stored (SHA-256 ${id}) and is not in the database any more. Import it again.`,
  )
}

/** What the case was opened from: every bundle, and the verdict all of it rests on, which is that of the weakest. */
async function bundleState(open: OpenCase) {
  const bundles = await receivedBundles(open.dir)
  const first = await readOpenedBundle(open.dir)
  if (!first) return { bundle: null, bundles: [] }
  const superseded = new Set(bundles.map((one) => one.supersedes))
  return {
    bundle: {
      verdict: weakestVerdict([first, ...bundles]) ?? first.verdict,
      bagDigest: first.bagDigest,
      signer: first.signer,
      path: first.path,
    },
    bundles: bundles.map((one) => ({
      bundleId: one.bundleId,
      name: one.name,
      verdict: one.verdict,
      bagDigest: one.bagDigest,
      signer: one.signer,
      identity: one.identity,
      sender: one.sender,
      caseNumber: one.caseNumber,
      sealedAt: one.sealedAt,
      openedAt: one.openedAt,
      isSuperseded: superseded.has(one.bundleId),
      items: one.items.length,
      findings: one.findings.length,
      path: one.path,
    })),
  }
}
