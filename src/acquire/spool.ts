/**
 * Where an acquisition keeps what has arrived until the evidence store takes it: a folder of its own in the case, with a note of
 * what is whole, so that a broken run goes on where it was.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { diskRefusal } from '../base/disk-trouble.ts'
import { Refusal } from '../base/refusal.ts'
import type { EvidenceKind } from '../domain/evidence.ts'

/** One thing that arrived whole. */
export interface Taken {
  /** artifact of the plan */
  readonly artifact: string
  /** name of its own, as on the host */
  readonly name: string
  /** path on the host; evidence text */
  readonly hostPath: string
  readonly kind: EvidenceKind
  /** file in the spool */
  readonly file: string
  readonly size: number
  /** null for what was asked: there is no file on the host to hash */
  readonly sha256OnHost: string | null
  readonly sha256: string
  /** how it was taken, in words */
  readonly method: string
  readonly query?: string | undefined
}

const Taken = z.object({
  artifact: z.string(),
  name: z.string(),
  hostPath: z.string(),
  kind: z.string().transform((kind) => kind as EvidenceKind),
  file: z.string().regex(/^[0-9]+\.part$/),
  size: z.int().nonnegative(),
  sha256OnHost: z.string().nullable(),
  sha256: z.string(),
  method: z.string(),
  query: z.string().optional(),
})
const Begun = z.object({
  /** what is read: the export in the staging folder, or the file itself */
  path: z.string(),
  size: z.number().nullable(),
  /** what is said to have been taken */
  source: z.string(),
  file: z.string().regex(/^[0-9]+\.part$/),
  kind: z.string(),
  method: z.string(),
  /** it lies in the staging folder and goes with it; else it is a file of the host itself */
  isExport: z.boolean(),
  /** bytes that were there when it was gone on with, for each time */
  resumedAt: z.array(z.int()).default([]),
  /** bytes that were thrown away because the file had changed, for each time it began anew */
  begunAnew: z.array(z.int()).default([]),
})
/** A file of the host whose transfer has begun. */
export type Begun = z.infer<typeof Begun>
const State = z.object({
  schema: z.literal('tasktrail-acquisition-state/1'),
  runId: z.string().regex(/^[0-9a-f]{32}$/),
  host: z.string(),
  startedAt: z.string(),
  plan: z.unknown(),
  /** what the operator asked for, to ask it again */
  wishes: z.unknown(),
  next: z.int(),
  done: z.array(z.string()),
  taken: z.array(Taken),
  /** by artifact, and path where an artifact has several files */
  begun: z.record(z.string(), Begun),
  /** responder sessions so far, for the record of own traces */
  sessions: z.array(z.unknown()),
  /** what admitting needs, once everything has arrived */
  arrived: z.unknown().optional(),
})
export type SpoolState = Omit<z.infer<typeof State>, 'taken'> & { taken: Taken[] }

const stateName = 'state.json'
export const spoolRoot = (caseDir: string): string => join(caseDir, 'acquisitions')

export class Spool {
  readonly dir: string
  state: SpoolState
  private constructor(dir: string, state: SpoolState) {
    this.dir = dir
    this.state = state
  }

  static async create(caseDir: string, runId: string, host: string, startedAt: string): Promise<Spool> {
    const dir = join(spoolRoot(caseDir), runId)
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw diskRefusal(error, 'making the folder of the acquisition', dir)
    }
    const spool = new Spool(dir, {
      schema: 'tasktrail-acquisition-state/1',
      runId,
      host,
      startedAt,
      plan: null,
      wishes: null,
      next: 1,
      done: [],
      taken: [],
      begun: {},
      sessions: [],
    })
    await spool.save()
    return spool
  }

  /** The newest acquisition of a host that did not come to its end; undefined when there is none. */
  static async unfinished(caseDir: string, host: string): Promise<Spool | undefined> {
    const root = spoolRoot(caseDir)
    const found: Spool[] = []
    for (const name of existsSync(root) ? await readdir(root) : []) {
      const file = join(root, name, stateName)
      if (!existsSync(file)) continue
      const state = State.safeParse(readJson(await readFile(file, 'utf8')))
      if (!state.success)
        throw new Refusal(
          'acquire.state.damaged',
          `${file} cannot be read`,
          'Remove that folder and acquire anew; the evidence of the case is not concerned.',
        )
      if (state.data.host.toLowerCase() === host.toLowerCase())
        found.push(new Spool(join(root, name), { ...state.data, taken: [...state.data.taken] as Taken[] }))
    }
    return found.sort((a, b) => (a.state.startedAt < b.state.startedAt ? 1 : -1))[0]
  }

  /** A name for the next part file. */
  newPart(): string {
    return `${this.state.next++}.part`
  }
  path(file: string): string {
    return join(this.dir, file)
  }

  /** Writes bytes as a new part. */
  async put(bytes: Uint8Array): Promise<string> {
    const file = this.newPart()
    try {
      await writeFile(this.path(file), bytes, { mode: 0o600 })
    } catch (error) {
      throw diskRefusal(error, 'writing what arrives', this.path(file))
    }
    return file
  }

  async save(): Promise<void> {
    const path = join(this.dir, stateName)
    try {
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(JSON.stringify(this.state))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
    } catch (error) {
      throw diskRefusal(error, 'noting how far the acquisition is', path)
    }
  }

  /** Takes the folder away: everything in it is in the store, or was given up. */
  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true })
    const rest = await readdir(join(this.dir, '..')).catch(() => ['?'])
    if (rest.length === 0) await rm(join(this.dir, '..'), { recursive: true, force: true })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
