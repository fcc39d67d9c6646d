import { eventIterator, oc } from '@orpc/contract'
import * as z from 'zod'
import * as acquiring from './acquire-shapes.ts'
import * as h from './handover-shapes.ts'
import * as p from './playbook-shapes.ts'
import * as r from './report-shapes.ts'
import * as s from './shapes.ts'
import * as t from './task-shapes.ts'

/** A refusal, as data: what and where, and the way out. */
const Refused = z.object({ code: z.string(), remedy: z.string(), facts: z.record(z.string(), z.unknown()) })
const errors = { REFUSED: { data: Refused }, CANCELLED: {} }
const base = oc.errors(errors)

const inCase = z.object({ caseId: z.string().min(1).max(64) })
const path = z.string().min(1).max(4096)
const note = z.string().max(4000)
/** who states it; the operator when not given */
const by = z.string().min(1).max(200).optional()
const onChain = inCase.extend({ chain: z.string().min(1).max(64), by })

/** what opens a bundle encrypted with age; used once and kept nowhere */
const keysOfAge = { identityFile: path.optional(), passphrase: z.string().max(1024).optional() }

/** Everything the window may ask of the engine. Work that takes time is a stream of Progress that returns its result. */
export const contract = {
  app: {
    info: base.output(
      z.object({
        name: z.string(),
        version: z.string(),
        host: z.enum(['electron', 'serve', 'cli', 'test']),
        operator: z.string(),
        home: z.string(),
        /** case folder named when Tasktrail was started: the one to open first */
        caseDir: z.string().nullable().optional(),
        capabilities: z.object({
          nativeDialogs: z.boolean(),
          /** some program of this machine can get to a host */
          collect: z.boolean(),
          tools: z.object({ powershell: z.boolean(), ssh: z.boolean() }),
        }),
      }),
    ),
  },
  files: {
    /** One folder's entries, for choosing evidence without a native dialog. Newest surface: names are evidence text. */
    browse: base.input(z.object({ path: z.string().max(4096) })).output(
      z.object({
        path: z.string(),
        parent: z.string().nullable(),
        entries: z.array(
          z.object({
            name: z.string(),
            path: z.string(),
            kind: z.enum(['folder', 'file', 'other']),
            size: z.number(),
          }),
        ),
        cut: z.boolean(),
      }),
    ),
  },
  cases: {
    recent: base.output(
      z.array(z.object({ dir: z.string(), title: z.string(), openedAt: z.string(), exists: z.boolean() })),
    ),
    create: base
      .input(z.object({ dir: path.optional(), title: z.string().min(1).max(200) }))
      .output(s.CaseSummary),
    open: base.input(z.object({ dir: path })).output(s.CaseSummary),
    summary: base.input(inCase).output(s.CaseSummary),
    /** Writes practice evidence, imports it into a new case, opens it. */
    practice: base
      .input(
        z.object({
          scenario: z.string().max(100),
          seed: z.int().nonnegative().optional(),
          noise: z.int().nonnegative().max(2_000_000).optional(),
        }),
      )
      .output(eventIterator(s.Progress, s.CaseSummary)),
    scenarios: base.output(z.array(z.object({ name: z.string(), title: z.string(), teaches: z.string() }))),
  },
  /** Long work that goes on although the page that asked for it was loaded anew. */
  jobs: {
    list: base.output(
      z.array(
        z.object({
          id: z.string(),
          what: z.enum(['import', 'acquisition', 'sealing']),
          caseId: z.string(),
          hosts: z.array(z.string()).optional(),
        }),
      ),
    ),
    /** Its progress from now on; the result is that of the procedure which began it. */
    attach: base.input(z.object({ job: z.string().max(64) })).output(eventIterator(s.Progress, z.unknown())),
  },
  evidence: {
    import: base
      .input(inCase.extend({ paths: z.array(path).min(1).max(1000), host: z.string().max(255).optional() }))
      .output(eventIterator(s.Progress, s.ImportResult)),
    list: base.input(inCase).output(z.array(s.EvidenceRow)),
    /** Stored bytes around a place, at most 64 KiB. */
    bytes: base
      .input(
        inCase.extend({
          evidenceId: z.string().max(64),
          from: z.number().nonnegative(),
          count: z
            .int()
            .positive()
            .max(64 << 10),
        }),
      )
      .output(s.EvidenceBytes),
    problems: base.input(inCase).output(z.array(s.ProblemShape)),
    custody: base
      .input(inCase)
      .output(z.object({ intact: z.boolean(), note: z.string(), lines: z.array(s.CustodyRow) })),
  },
  /** Evidence from live hosts. Progress streams; leaving the stream stops the host's side too. */
  acquire: {
    /** What was asked of each host the last time, to ask it again. */
    plans: base.input(inCase).output(z.array(acquiring.LastPlan)),
    /** Looks at a host and takes nothing. */
    preflight: base
      .input(acquiring.AcquireRequest.extend({ host: acquiring.HostName }))
      .output(eventIterator(s.Progress, acquiring.PreflightReport)),
    start: base
      .input(acquiring.AcquireRequest.extend({ ...inCase.shape, host: acquiring.HostName }))
      .output(eventIterator(s.Progress, acquiring.AcquireResult)),
    /** Goes on with the newest acquisition of this host that was cut off. */
    resume: base
      .input(acquiring.AcquireRequest.extend({ ...inCase.shape, host: acquiring.HostName }))
      .output(eventIterator(s.Progress, acquiring.AcquireResult)),
    hosts: base
      .input(
        acquiring.AcquireRequest.extend({
          ...inCase.shape,
          hosts: z.array(acquiring.HostName).min(1).max(10_000),
          parallel: z.int().min(1).max(64),
        }),
      )
      .output(eventIterator(s.Progress, z.array(acquiring.HostOutcome))),
  },
  timeline: {
    /** Rows `from … from+count` of the filtered timeline, by position: what a virtual table asks for. */
    slice: base
      .input(
        inCase.extend({ filter: s.Filter, from: z.int().nonnegative(), count: z.int().positive().max(500) }),
      )
      .output(s.TimelineSlice),
    /** Position of one record in the filtered timeline; null when the filter hides it. */
    find: base
      .input(inCase.extend({ filter: s.Filter, at: s.Citation }))
      .output(z.int().nonnegative().nullable()),
    density: base
      .input(inCase.extend({ filter: s.Filter, buckets: z.int().positive().max(2000) }))
      .output(s.Density),
    facets: base.input(inCase.extend({ filter: s.Filter })).output(z.array(s.Facet)),
    /** How many recovered records the case could show in addition. Reads stored logs when first asked. */
    recovered: base.input(inCase).output(s.RecoveredCount),
  },
  record: {
    details: base.input(inCase.extend({ at: s.Citation })).output(s.RecordDetails),
  },
  chains: {
    list: base.input(inCase).output(s.ChainsDocument),
  },
  tasks: {
    /** Tasks of the case, those that the views speak against first; by pages. */
    list: base
      .input(
        inCase.extend({
          text: z.string().max(400).optional(),
          host: z.string().max(255).optional(),
          only: z.enum(['findings', 'signs']).optional(),
          from: z.int().nonnegative(),
          count: z.int().positive().max(500),
        }),
      )
      .output(t.TaskRowsShape),
    /** One task in full, with the raw texts of its definitions. */
    details: base.input(inCase.extend({ id: z.string().min(1).max(64) })).output(t.TaskDetailsShape),
  },
  playbook: {
    /** Answers, checklist and what people stated; of the most serious chain when none is named. */
    answers: base.input(inCase.extend({ chain: z.string().max(64).optional() })).output(p.AnswersDocument),
    /** How these chains stand: what a list shows beside each. Ids that name no chain are left out. */
    standings: base
      .input(inCase.extend({ chains: z.array(z.string().max(64)).max(100) }))
      .output(p.StandingsDocument),
    /** The IOC table of one chain, or of all. */
    iocs: base.input(inCase.extend({ chain: z.string().max(64).optional() })).output(p.IocsDocument),
    tick: base
      .input(onChain.extend({ row: z.string().max(64), ticked: z.boolean(), note }))
      .output(p.KeptMark),
    note: base.input(onChain.extend({ row: z.string().max(64), note: note.min(1) })).output(p.KeptMark),
    disposition: base
      .input(onChain.extend({ disposition: p.DispositionWord, why: note.min(1) }))
      .output(p.KeptMark),
    clock: base
      .input(
        onChain.extend({
          clock: p.ClockName,
          act: z.enum(['start', 'finish']),
          /** UTC; now when not given */
          moment: z.string().max(40).optional(),
          note,
        }),
      )
      .output(p.KeptMark),
    /** Takes an earlier act back; both stay in the history. */
    undo: base.input(inCase.extend({ mark: z.int().positive(), why: note, by })).output(p.KeptMark),
  },
  allow: {
    list: base.input(inCase).output(p.AllowDocument),
    add: base
      .input(
        inCase.extend({
          account: z.string().max(256).optional(),
          addresses: z.string().max(256).optional(),
          actionHash: z.string().max(64).optional(),
          expires: z.string().max(40),
          reason: note.min(1),
          by,
        }),
      )
      .output(p.KeptMark),
    remove: base.input(inCase.extend({ entry: z.int().positive(), why: note.min(1), by })).output(p.KeptMark),
  },
  report: {
    preview: base
      .input(inCase.extend({ includeCase: z.boolean(), caseNumber: z.string().max(100).optional() }))
      .output(r.ReportPreview),
    /** Writes the report as a file that does not exist yet. PDF needs a browser of this machine, or the app. */
    write: base
      .input(
        inCase.extend({
          format: z.enum(['html', 'md', 'pdf']),
          out: path,
          includeCase: z.boolean(),
          caseNumber: z.string().max(100).optional(),
        }),
      )
      .output(h.WrittenFile),
  },
  /** The case in a form other tools load, from the evidence alone. */
  exports: {
    write: base
      .input(
        inCase.extend({ format: h.ExportFormatName, out: path, caseNumber: z.string().max(100).optional() }),
      )
      .output(eventIterator(s.Progress, h.ExportResultShape)),
  },
  /** Signing keys. A passphrase is held for the call alone. */
  keys: {
    list: base.output(h.KeysShape),
    make: base.input(z.object({ passphrase: z.string().min(1).max(1024).optional() })).output(h.KeyShape),
    passphrase: base
      .input(
        z.object({
          before: z.string().max(1024).optional(),
          /** none: the key is left without one */
          after: z.string().min(1).max(1024).optional(),
        }),
      )
      .output(h.KeyShape),
  },
  bundle: {
    /** Admits the receiver's signed receipt into the custody of the case. */
    receipt: base.input(inCase.extend({ path, allowedSigners: path })).output(r.ReceiptShape),
    seal: base
      .input(
        inCase.extend({
          outDir: path,
          sign: z.boolean(),
          caseNumber: z.string().max(100),
          purpose: z.string().max(2000),
          to: z.string().max(200),
          /** `age1…` keys it is encrypted for as well */
          recipients: z.array(z.string().max(200)).max(20).optional(),
          /** hands over ticks, notes, dispositions, clocks and the allow-list too */
          includeCase: z.boolean().optional(),
          /** the operator's own key when not given */
          key: h.KeyChoice.optional(),
          passphrase: z.string().max(1024).optional(),
          /** name or id of an earlier bundle of this case that this one replaces */
          supersedes: z.string().max(300).optional(),
          organisation: z.string().max(200).optional(),
          contact: z.string().max(200).optional(),
          timeStampUrl: z.url().max(1000).optional(),
        }),
      )
      .output(eventIterator(s.Progress, s.SealResult)),
    /** Tier 2: writes a signed receipt for a bundle. */
    giveReceipt: base
      .input(
        z.object({
          path,
          outDir: path.optional(),
          allowedSigners: path.optional(),
          storedAt: z.string().max(1000),
          note,
          key: h.KeyChoice.optional(),
          passphrase: z.string().max(1024).optional(),
        }),
      )
      .output(eventIterator(s.Progress, h.WrittenReceiptShape)),
    /** What the senders of a received case stated. */
    statements: base.input(inCase).output(h.SenderStatements),
    verify: base
      .input(
        z.object({
          path,
          allowedSigners: path.optional(),
          ticketSha256: z
            .string()
            .regex(/^[0-9a-fA-F]{64}$/)
            .optional(),
          ...keysOfAge,
        }),
      )
      .output(eventIterator(s.Progress, s.VerifyResult)),
    open: base
      .input(
        z.object({
          path,
          /** further bundles of the same incident, which become one case with it */
          more: z.array(path).max(100).optional(),
          /** a case made of earlier bundles of it */
          dir: path.optional(),
          sameIncident: z.boolean().optional(),
          allowedSigners: path.optional(),
          ...keysOfAge,
        }),
      )
      .output(eventIterator(s.Progress, s.CaseSummary)),
  },
  /** the operator's list of trusted signers; `verify` and `open` go by it when no file is named */
  signers: {
    list: base.output(s.TrustedSigners),
    /** lines of allowed_signers, or a public key and who it belongs to */
    add: base
      .input(z.object({ text: z.string().max(100_000), name: z.string().max(200).optional() }))
      .output(s.TrustedSigners),
    remove: base.input(z.object({ which: z.string().min(1).max(300) })).output(s.TrustedSigners),
  },
  /** what killed runs left in folders: shown, and removed only on the operator's word */
  leftovers: {
    list: base.input(z.object({ folders: z.array(path).max(100) })).output(s.Leftovers),
    remove: base.input(z.object({ paths: z.array(path).min(1).max(1000) })).output(s.Leftovers),
  },
}
export type Contract = typeof contract
