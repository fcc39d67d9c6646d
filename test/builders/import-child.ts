/**
 * A process of its own that imports a folder into a case, new or there already, to be killed by a test:
 * `import-child.ts CASE FOLDER`. Says `ready` before it touches the case and `started` when it reads the first file.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { importEvidence } from '../../src/workflow/import-evidence.ts'
import { caseFileName, createCase, openCase } from '../../src/workflow/open-case.ts'

const [, , dir = '', folder = ''] = process.argv
const operator = { name: 'Test Operator', account: 'tester', workstation: 'bench-01' }
process.stdout.write('ready\n')
const open = existsSync(join(dir, caseFileName))
  ? await openCase(dir, { operator })
  : await createCase(dir, { title: 'killed', operator })
let said = false
await importEvidence(open, [folder], {
  onProgress: (progress) => {
    if (said || progress.step !== 'parse') return
    said = true
    process.stdout.write('started\n')
  },
})
open.close()
