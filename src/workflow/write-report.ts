/** Writes the report of a case as a file: HTML, Markdown, or PDF printed by the app or a browser of this machine. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { diskRefusal } from '../base/disk-trouble.ts'
import { makeReport, type ReportOptions } from './make-report.ts'
import type { OpenCase } from './open-case.ts'
import { printReport } from './print-report.ts'

export interface WriteReportOptions extends Omit<ReportOptions, 'format'> {
  readonly format: 'html' | 'md' | 'pdf'
  /** file to write; it must not exist yet */
  readonly out: string
  /** prints instead of a browser of this machine */
  readonly print?: ((html: string) => Promise<Uint8Array>) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Refuses a name that is taken, and PDF where nothing prints. */
export async function writeReport(
  open: OpenCase,
  { format, out, print, signal, ...options }: WriteReportOptions,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const text = await makeReport(open, { ...options, format: format === 'md' ? 'md' : 'html' })
  const bytes =
    format === 'pdf' ? await (print ? print(text) : printReport(text, { signal })) : Buffer.from(text)
  const path = resolve(out)
  await writeFile(path, bytes, { flag: 'wx' }).catch((error: unknown) => {
    throw diskRefusal(error, 'writing the report', path)
  })
  return { path, bytes: bytes.length }
}
