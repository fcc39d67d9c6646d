// The contract, answered by the workflow room. Each procedure is a line or two: what is asked goes to one verb
// of the workflow; errors leave as answerError() makes them; work that takes time is a stream (stream-job.ts).
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaseSummary } from '../contract/shapes.ts'
import { fileTimeOfDate, formatUtc } from '../domain/time.ts'
import { acquireHost } from '../workflow/acquire-host.ts'
import { acquireHosts } from '../workflow/acquire-hosts.ts'
import { collectTools } from '../workflow/collect-tools.ts'
import { evidenceBytes } from '../workflow/evidence-bytes.ts'
import { chainsDocument } from '../workflow/find-chains.ts'
import { importEvidence } from '../workflow/import-evidence.ts'
import { lastPlans } from '../workflow/last-plans.ts'
import { listEvidence, listProblems, readCustody } from '../workflow/list-evidence.ts'
import { makePracticeCase, practiceScenarios } from '../workflow/make-practice.ts'
import { createCase, type OpenCase, openCase } from '../workflow/open-case.ts'
import {
  allowDocument,
  answersDocument,
  chainOfCase,
  iocsDocument,
  standingsDocument,
} from '../workflow/playbook-answers.ts'
import { preflightHost } from '../workflow/preflight-host.ts'
import { recordDetails } from '../workflow/read-record.ts'
import { timelineDensity, timelineFacets, timelineFind, timelineSlice } from '../workflow/read-timeline.ts'
import { countRecovered } from '../workflow/recovered-records.ts'
import { taskDetailsForWindow, taskRows } from '../workflow/task-rows.ts'
import { warmCase } from '../workflow/warm-case.ts'
import { asShape } from './as-shape.ts'
import { browse } from './browse.ts'
import type { EngineContext } from './context.ts'
import { handoverProcedures } from './handover-procedures.ts'
import { caseFolderName } from './home.ts'
import { api, inCase, inCaseAlone, keptJob, state, summary } from './in-case.ts'
import { keeping } from './keeping.ts'
import { product } from './product.ts'
import { attachJob, streamJob } from './stream-job.ts'

/** The same for a case that somebody is about to look at: what filters need of it is read ahead. */
const summaryAhead =
  (context: EngineContext) =>
  async (open: OpenCase, key: string): Promise<CaseSummary> => {
    const told = await summary(open, key)
    warmCase(open, () => context.stopping.aborted).catch((error: unknown) =>
      context.journal(`reading ahead in ${open.dir}: ${String(error)}`),
    )
    return told
  }

/**
 * Makes a case in a new folder below the operator's cases. The folder is made first, so that no other case takes
 * its name, and goes away again when nothing was put into it.
 */
async function inNewFolder<T>(
  context: EngineContext,
  title: string,
  make: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await newCaseFolder(context, title)
  try {
    return await make(dir)
  } catch (error) {
    await rmdir(dir).catch(() => {}) // takes only an empty folder
    throw error
  }
}

async function newCaseFolder(context: EngineContext, title: string): Promise<string> {
  await mkdir(context.places.cases, { recursive: true })
  const name = caseFolderName(title, context.now())
  for (let copy = 1; ; copy++) {
    const dir = join(context.places.cases, copy === 1 ? name : `${name} ${copy}`)
    try {
      await mkdir(dir, { mode: 0o700 })
      return dir
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const {
  app,
  files,
  cases,
  evidence,
  acquire,
  timeline,
  record,
  chains,
  tasks,
  playbook,
  allow,
  bundle,
  jobs,
} = api

export const router = api.router({
  app: {
    info: app.info.handler(({ context }) => {
      const tools = collectTools()
      return {
        ...product,
        host: context.setup.host,
        operator: context.operator.name,
        home: context.places.home,
        caseDir: context.setup.caseDir ?? null,
        capabilities: {
          nativeDialogs: context.setup.host === 'electron',
          collect: tools.powershell || tools.ssh,
          tools,
        },
      }
    }),
  },
  files: {
    browse: files.browse.handler(({ input, context }) => browse(input.path, context.places.home)),
  },
  cases: {
    recent: cases.recent.handler(({ context }) => context.recent.list()),
    create: cases.create.handler(async ({ input, context }) => {
      const { title } = input
      const { operator, now } = context
      const make = (dir: string) => createCase(dir, { title, operator, now })
      const created = await (input.dir === undefined ? inNewFolder(context, title, make) : make(input.dir))
      return context.cases.adopt(created, summary)
    }),
    open: cases.open.handler(({ input, context }) =>
      context.cases.enter(
        input.dir,
        (dir) => openCase(dir, { operator: context.operator, now: context.now }),
        summaryAhead(context),
      ),
    ),
    summary: cases.summary.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => summary(open, input.caseId)),
    ),
    practice: cases.practice.handler(({ input, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) => {
        const { scenario, seed, noise } = input
        const { operator } = context
        const made = await inNewFolder(context, `practice ${scenario}`, (dir) =>
          makePracticeCase({ scenario, seed, noise, dir, operator, signal: stop, onProgress }),
        )
        return context.cases.adopt(made, summary)
      }),
    ),
    scenarios: cases.scenarios.handler(() => asShape(practiceScenarios())),
  },
  jobs: {
    list: jobs.list.handler(({ context }) => asShape(context.running.list())),
    attach: jobs.attach.handler(({ input, context, signal }) => attachJob(context, input.job, signal)),
  },
  evidence: {
    import: evidence.import.handler(({ input, context, signal }) =>
      keptJob(context, signal, { what: 'import', caseId: input.caseId }, (open, how) =>
        importEvidence(open, input.paths, { host: input.host, ...how }),
      ),
    ),
    bytes: evidence.bytes.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => evidenceBytes(open, input.evidenceId, input.from, input.count)),
    ),
    list: evidence.list.handler(({ input, context }) => inCase(context, input.caseId, listEvidence)),
    problems: evidence.problems.handler(({ input, context }) => inCase(context, input.caseId, listProblems)),
    custody: evidence.custody.handler(({ input, context }) => inCase(context, input.caseId, readCustody)),
  },
  acquire: {
    plans: acquire.plans.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => asShape(lastPlans(open))),
    ),
    preflight: acquire.preflight.handler(({ input, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) =>
        asShape(await preflightHost({ ...input, signal: stop, onProgress })),
      ),
    ),
    start: acquire.start.handler(({ input: { caseId, ...asked }, context, signal }) =>
      keptJob(context, signal, { what: 'acquisition', caseId, hosts: [asked.host] }, (open, how) =>
        acquireHost(open, { ...asked, ...how }),
      ),
    ),
    resume: acquire.resume.handler(({ input: { caseId, ...asked }, context, signal }) =>
      keptJob(context, signal, { what: 'acquisition', caseId, hosts: [asked.host] }, (open, how) =>
        acquireHost(open, { ...asked, resume: true, ...how }),
      ),
    ),
    hosts: acquire.hosts.handler(({ input: { caseId, hosts, ...asked }, context, signal }) =>
      keptJob(context, signal, { what: 'acquisition', caseId, hosts }, (open, how) =>
        acquireHosts(open, hosts, { ...asked, ...how }),
      ),
    ),
  },
  timeline: {
    slice: timeline.slice.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => timelineSlice(open, input.filter, input.from, input.count)),
    ),
    find: timeline.find.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => timelineFind(open, input.filter, input.at)),
    ),
    density: timeline.density.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => timelineDensity(open, input.filter, input.buckets)),
    ),
    facets: timeline.facets.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => timelineFacets(open, input.filter)),
    ),
    recovered: timeline.recovered.handler(({ input, context }) =>
      inCase(context, input.caseId, countRecovered),
    ),
  },
  record: {
    details: record.details.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => recordDetails(open, input.at)),
    ),
  },
  chains: {
    list: chains.list.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => chainsDocument(open)),
    ),
  },
  tasks: {
    list: tasks.list.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => taskRows(open, input)),
    ),
    details: tasks.details.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => taskDetailsForWindow(open, input.id)),
    ),
  },
  playbook: {
    answers: playbook.answers.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => answersDocument(open, input.chain)),
    ),
    standings: playbook.standings.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => standingsDocument(open, input.chains)),
    ),
    iocs: playbook.iocs.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => iocsDocument(open, input.chain)),
    ),
    tick: playbook.tick.handler(({ input: { caseId, chain, by, row, ticked, note }, context }) =>
      state(context, caseId, by, (open) => ({
        kind: 'tick',
        chain: chainOfCase(open, chain).id,
        row,
        ticked,
        note,
      })),
    ),
    note: playbook.note.handler(({ input: { caseId, chain, by, row, note }, context }) =>
      state(context, caseId, by, (open) => ({ kind: 'note', chain: chainOfCase(open, chain).id, row, note })),
    ),
    disposition: playbook.disposition.handler(({ input: { caseId, chain, by, disposition, why }, context }) =>
      state(context, caseId, by, (open) => ({
        kind: 'disposition',
        chain: chainOfCase(open, chain).id,
        disposition,
        why,
      })),
    ),
    clock: playbook.clock.handler(({ input: { caseId, chain, by, clock, act, moment, note }, context }) =>
      state(context, caseId, by, (open) => ({
        kind: 'clock',
        chain: chainOfCase(open, chain).id,
        clock,
        act,
        moment: moment ?? formatUtc(fileTimeOfDate(context.now())),
        note,
      })),
    ),
    undo: playbook.undo.handler(({ input: { caseId, by, mark, why }, context }) =>
      state(context, caseId, by, () => ({ kind: 'undo', mark, why })),
    ),
  },
  allow: {
    list: allow.list.handler(({ input, context }) => inCase(context, input.caseId, allowDocument)),
    add: allow.add.handler(
      ({ input: { caseId, by, account, addresses, actionHash, expires, reason }, context }) =>
        state(context, caseId, by, () => ({
          kind: 'allow',
          account,
          addresses,
          actionHash,
          expires,
          reason,
        })),
    ),
    remove: allow.remove.handler(({ input: { caseId, by, entry, why }, context }) =>
      state(context, caseId, by, () => ({ kind: 'allow-removed', entry, why })),
    ),
  },
  ...handoverProcedures,
  ...keeping,
})
