import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findBrowser, printReport } from '../../../src/workflow/print-report.ts'
import { haveTool } from '../bundle/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'print-report-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith('tasktrail-print-'))
const program = (name: string, script: string) => {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return path
}

describe('a report as PDF', () => {
  test.runIf(haveTool('chromium'))(
    'is printed by a browser of this machine, which runs nothing and leaves nothing',
    async () => {
      const before = scratch()
      const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>t</title><h1>Report</h1><p id=p>still</p><script>document.body.innerHTML="<h1>ran</h1>".repeat(500)</script>`
      const pdf = Buffer.from(await printReport(html))
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      // the script would have made hundreds of pages
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
      expect(scratch()).toEqual(before)
    },
  )

  test.skipIf(process.platform === 'win32')(
    'is refused where no browser is, it fails, writes something else, or does not end',
    async () => {
      const empty = join(folder, 'empty')
      mkdirSync(empty)
      expect(await findBrowser({ PATH: empty }, 'linux')).toBeUndefined()
      const named = program('mine', 'exit 0')
      expect(await findBrowser({ PATH: empty, TASKTRAIL_BROWSER: named }, 'linux')).toBe(named)
      const before = scratch()
      for (const [name, script] of [
        ['fails', 'echo "cannot open display" >&2; exit 1'],
        ['lies', 'for word in "$@"; do case $word in --print-to-pdf=*) echo no > "${word#*=}";; esac; done'],
        ['hangs', 'exec sleep 600'],
      ] as const)
        await expect(
          printReport('<p>', { browser: program(name, script), patience: 1500 }),
        ).rejects.toMatchObject({ code: 'report.pdf.not-printed' })
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 200)
      await expect(
        printReport('<p>', { browser: program('slow', 'exec sleep 600'), signal: stop.signal }),
      ).rejects.toMatchObject({ name: 'Cancelled' })
      expect(scratch()).toEqual(before)
    },
  )
})
